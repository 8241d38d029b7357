// A tar that is being written, sample by sample, by a process that may be killed at any moment: the next one
// goes on behind the last sample that is on the device, to the same bytes.
//
// ID.tar grows beside ID.jsonl, a journal of what of it counts. docs/reference/formats.md describes both.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_handle.h"
#include "base/hash.h"
#include "tar/tar_table.h"

namespace relprompt::tar {

/// Folder of them in an output folder.
inline constexpr const char* kPartialFolder = ".relprompt-tars";

/// A sample without results.
struct FailedSample {
  std::string key;
  std::string code;  ///< name_of(ErrorCode)
  std::string message;
};

/// Most failed samples of a tar that are listed; all are counted.
constexpr std::size_t kMostListed = 100;

class PartialTar {
 public:
  /// Takes the lock of ID in OUTPUT/.relprompt-tars. With `resume`, what is there of the same facts counts
  /// on, as far as its bytes are those of the journal; else it begins anew. Throws Error: kLostWorker if
  /// another process holds the lock; kNotWritable if something else has one of the names; kDiskFull.
  PartialTar(const std::filesystem::path& output, const std::string& id, const std::string& facts,
             bool resume);
  PartialTar(const PartialTar&) = delete;
  PartialTar& operator=(const PartialTar&) = delete;

  std::uint64_t samples() const { return samples_; }  ///< with an outcome
  std::uint64_t failed() const { return failed_; }
  /// The first kMostListed of them.
  const std::vector<FailedSample>& failures() const { return failures_; }

  /// The next sample's members; `failure`: nullptr if it has results. From time to time everything goes to
  /// the device. Throws Error: kNotWritable, kDiskFull.
  void add(std::string_view members, const FailedSample* failure);
  /// Everything up to here is kept. Throws as add does.
  void keep();

  /// Ends the tar and makes it the file at `target`, packed if so. `note` is called with the SHA-256 of that
  /// file, around the moment in which it gets its name; then journal and folder go. Throws Error:
  /// kNotWritable (also for a foreign file at the target), kDiskFull.
  void finish(const std::filesystem::path& target, Packing packing,
              const std::function<void(const std::string& sha256)>& note);

  /// Removes what is left behind a tar that was finished: its process was killed just then.
  static void tidy(const std::filesystem::path& output, const std::string& id);

 private:
  void begin(const std::string& facts);
  bool go_on(const std::string& journal, const std::string& facts);
  bool check_bytes(std::uint64_t bytes, const std::string& sha256);
  void write(std::string_view bytes);
  void remove_files();
  [[noreturn]] void fail(const std::filesystem::path& path, int reason) const;

  std::filesystem::path output_, tar_, journal_;
  FileHandle tar_file_, journal_file_;
  std::unique_ptr<Sha256> digest_;  ///< of the bytes of the tar
  std::uint64_t bytes_ = 0, samples_ = 0, failed_ = 0;
  std::vector<FailedSample> failures_;
  std::size_t kept_failures_ = 0;  ///< of them, in the journal
  std::uint64_t kept_bytes_ = 0, kept_samples_ = 0;
  using Clock = std::chrono::steady_clock;
  Clock::time_point kept_at_ = Clock::now();
  Clock::time_point not_before_ = kept_at_;  ///< a group by itself
};

}  // namespace relprompt::tar
