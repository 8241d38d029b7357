// From the members of a WebDataset shard to its samples, each with its one image. What a tar claims is
// checked before memory is asked for, and nothing is ever unpacked onto the disk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <unordered_set>
#include <vector>

#include "tar/member_name.h"
#include "tar/tar_table.h"

namespace relprompt::tar {

// What a tar may hold. Data sets for which one of these is too little are not known.
constexpr std::uint64_t kMaxMemberBytes = std::uint64_t{1} << 36;
constexpr std::uint64_t kMaxImageBytes = std::uint64_t{1} << 30;  ///< as of a file
constexpr std::size_t kMaxSampleMembers = 1000;
constexpr std::uint64_t kMaxSamples = 10'000'000;
/// A packed tar may unpack to so many bytes, and so many times its size besides. Images hardly shrink.
constexpr std::uint64_t kFreeBytes = std::uint64_t{1} << 30;
constexpr std::uint64_t kMaxRatio = 200;

struct Sample {
  std::string key;
  std::string image;                ///< name of the member; empty if there is a problem
  std::vector<std::uint8_t> bytes;  ///< of the image
  std::string problem;              ///< why it has no image: "it has no image (its members: json, txt)"
  bool too_large = false;           ///< the problem is the size of the image's file
  bool repeated = false;            ///< the key stood before: nothing else may be written under it
};

class SampleReader {
 public:
  /// True for the extension of a member that is the image.
  using IsImage = std::function<bool(const std::string& extension)>;

  /// @param tar what messages call the file; taken: bytes that were read of it until now. `source` must
  /// outlive this object.
  SampleReader(MemberSource& source, std::string tar, IsImage is_image, std::function<std::uint64_t()> taken);

  /// The next sample; false at the end. Without `keep` the image's bytes are left out. Throws
  /// Error(kUnreadable), naming tar and member, for a tar that is damaged, ends early, holds links, devices,
  /// names that leave it or more than the limits; Error(kOutOfMemory).
  bool next(Sample& sample, bool keep = true);

 private:
  bool next_member();
  void check(const Member& member) const;
  void start(Sample& sample);
  void take_member(Sample& sample, bool keep);
  void read_image(Sample& sample, bool keep);
  void skip_content();
  std::size_t read_some(void* data, std::size_t size);
  void note_unpacked(std::uint64_t bytes);
  [[noreturn]] void refuse(const std::string& what, const std::string& advice = "") const;
  [[noreturn]] void damaged(ReadStatus status) const;

  MemberSource& source_;
  std::string tar_;
  IsImage is_image_;
  std::function<std::uint64_t()> taken_;
  Member member_;
  MemberName name_;       ///< of member_
  bool waiting_ = false;  ///< member_ is of the next sample
  bool ended_ = false;
  std::string extension_;  ///< of the image of the sample
  std::unordered_set<std::string> extensions_;
  std::unordered_set<std::string> keys_;
  std::vector<std::string> listed_;  ///< extensions of the sample, for messages
  std::uint64_t unpacked_ = 0;
  std::vector<char> waste_;
};

}  // namespace relprompt::tar
