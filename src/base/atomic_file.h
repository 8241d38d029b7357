// Writing a file so that it is either whole or absent: temporary file beside it, fsync, rename, fsync of
// the folder. What a killed process left is removed by the next one that writes there (temporaries.h). A file
// that relprompt did not write is never replaced (own_files.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/hash.h"

namespace relprompt {

/// What an AtomicFile may replace.
enum class Replace {
  kOwn,      ///< what relprompt wrote and nobody changed (base/own_files.h); the file is listed as written
  kAnything  ///< any file, without a list: for folders that belong to the program alone, such as its cache
};

/// Collects bytes in a hidden temporary file in the target's folder. commit() makes them the target in one
/// step; without it the destructor removes them, so an exception or a full disk leaves nothing behind and
/// an older file of that name untouched.
class AtomicFile {
 public:
  /// Creates the target's folder if needed. Throws Error(kNotWritable) if that or the file is refused.
  explicit AtomicFile(const std::filesystem::path& target, Replace replace = Replace::kOwn);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  /// Appends bytes. Throws Error(kDiskFull) or Error(kNotWritable).
  void write(const void* data, std::size_t size);
  void write(std::string_view text) { write(text.data(), text.size()); }

  /// Bytes that were written before, from `offset` on, to look at or to replace. Throws as write does.
  void read_back(std::uint64_t offset, void* data, std::size_t size) const;
  void replace(std::uint64_t offset, const void* data, std::size_t size);

  /// Flushes to the device, gives the file its name and flushes the folder. Throws as write does;
  /// Error(kNotWritable) naming the target if something is there that may not be replaced.
  /// @return SHA-256 of the file, 64 hexadecimal digits; empty with Replace::kAnything
  std::string commit();

 private:
  /// SHA-256 of the file as it is.
  std::string hash();
  [[noreturn]] void fail(const char* action, int reason) const;

  std::filesystem::path target_;
  std::filesystem::path temporary_;
  Replace replace_;
  Sha256 digest_;           ///< of what was written
  std::uint64_t size_ = 0;  ///< bytes
  bool replaced_ = false;   ///< some of them since: the digest is of other bytes
  int file_ = -1;
};

/// Writes the whole text through an AtomicFile.
void write_file(const std::filesystem::path& target, std::string_view text, Replace replace = Replace::kOwn);

/// Creates a folder and its parents. Throws Error(kNotWritable) that names the path.
void make_folder(const std::filesystem::path& folder);

}  // namespace relprompt
