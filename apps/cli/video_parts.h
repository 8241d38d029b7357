// The files of a video's results while it is labelled: groups of frames, each whole or absent, that --resume
// goes on from, and the joined files that are made of them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "relprompt/image.h"

#include "video/av_table.h"
#include "video_settings.h"

namespace relprompt::cli {

/// What a finished group says of itself.
struct GroupRecord {
  std::uint64_t number = 0;  ///< of the group, from 0
  std::uint64_t last = 0;    ///< frame
  std::uint64_t last_computed =
      0;  ///< frame whose windows were scored last, in this group or before; 0: none
};

/// What the groups of one run share.
struct PartsSettings {
  std::filesystem::path folder;  ///< OUT/parts
  std::string made_from;         ///< equal for runs that may go on with each other's groups
  VideoPlan plan;
  std::size_t classes = 0;
  double fps = 0;
};

class VideoParts {
 public:
  /// av: nullptr if no video is saved.
  VideoParts(PartsSettings settings, const video::AvTable* av);

  /// Groups of an earlier run from the first on, as far as they are whole and were made alike; the others are
  /// removed. Without `resume` all are.
  std::vector<GroupRecord> finished(bool resume);
  /// The bytes that a group was left with, for the next one.
  std::string state(const GroupRecord& record) const;

  /// A frame of the group under way.
  void add(const Image* overlay, const LabelMap& labels, std::int64_t time);
  void add_line(const std::string& line);
  bool empty() const { return lines_.empty(); }
  /// Writes the group under way and begins another one. Throws Error(kNotWritable, kDiskFull).
  void commit(const GroupRecord& record, const std::string& state);

  /// Lines of all groups that are finished or committed.
  std::vector<std::filesystem::path> lines() const { return files(".frames.jsonl"); }
  /// Writes the joined videos into a folder; returns what was written.
  std::vector<std::filesystem::path> join(const std::filesystem::path& output) const;
  /// Removes everything.
  void remove() const;

 private:
  std::filesystem::path path_of(std::uint64_t group, const std::string& ending) const;
  std::vector<std::filesystem::path> files(const std::string& ending) const;
  std::optional<GroupRecord> read_record(std::uint64_t group) const;
  void encode(std::unique_ptr<video::Encoder>& encoder, video::Encoding encoding, const video::Pixels& pixels,
              std::int64_t time);
  void write_video(std::unique_ptr<video::Encoder>& encoder, const std::filesystem::path& path);

  PartsSettings settings_;
  const video::AvTable* av_;
  std::vector<std::uint64_t> groups_;  ///< that are there
  std::string lines_;                  ///< of the group under way
  std::unique_ptr<video::Encoder> labels_, overlay_;
};

}  // namespace relprompt::cli
