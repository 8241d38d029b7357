// The file ETAG.incomplete: what has arrived of a blob, written by tries that go on where the last one ended.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "base/file_handle.h"
#include "hub/answers.h"
#include "hub/blob_hash.h"
#include "hub/transport.h"

namespace relprompt::hub {

/// Called with the bytes of a file that are there until now, at most some ten times a second. False stops the
/// download.
using BlobProgress = std::function<bool(std::uint64_t bytes)>;

/// Throws Error(kDiskFull or kNotWritable) by a reason of errno.
[[noreturn]] void not_writable(const std::filesystem::path& path, int reason);

class Incomplete final : public HttpBody {
 public:
  /// Opens or makes the file; what it holds counts as received. `remote` and `progress` must outlive it.
  /// Throws Error(kNotWritable), also for a link.
  Incomplete(std::filesystem::path path, const RemoteFile& remote, const BlobProgress& progress);

  std::uint64_t have() const { return have_; }  ///< bytes
  bool whole() const { return have_ == remote_.size; }
  bool too_long() const { return too_long_; }  ///< more bytes came than the file has
  bool stopped() const { return stopped_; }    ///< by `progress`

  /// Throws away what has arrived.
  void restart();

  bool begin(const HttpHead& head) override;
  bool take(const char* bytes, std::size_t count) override;

  /// Throws what the disk refused while an answer was received: nothing may be thrown through libcurl.
  void check_disk() const;

  /// Gives a whole file its name, or deletes it and throws Error(kWrongHash). `where` it came from.
  void commit(const std::filesystem::path& blob, const std::string& where);

 private:
  /// False, with error_, if the disk refuses.
  bool empty();
  std::unique_ptr<BlobHash> make_hash() const;
  void hash_existing(std::uint64_t size);

  std::filesystem::path path_;
  const RemoteFile& remote_;
  const BlobProgress& progress_;
  FileHandle file_;
  std::unique_ptr<BlobHash> hash_;
  std::uint64_t have_ = 0;
  bool too_long_ = false, stopped_ = false;
  int error_ = 0;  ///< errno of a write; 0: none failed
  std::chrono::steady_clock::time_point reported_{};
};

}  // namespace relprompt::hub
