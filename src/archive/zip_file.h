// A zip container in memory, read without trust: PyTorch checkpoints are zip files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "archive/zip_directory.h"

namespace relprompt::archive {

class ZipFile {
 public:
  /// Reads the directory only. The bytes must outlive the object; `source` names them in messages.
  /// Throws as read_zip_directory does.
  ZipFile(const std::byte* data, std::size_t size, const std::string& source);

  /// Bytes of the whole file.
  std::uint64_t size() const { return size_; }
  /// Sorted by name, names unique.
  const std::vector<ZipEntry>& entries() const { return entries_; }
  /// nullptr if there is none of that name.
  const ZipEntry* find(std::string_view name) const;

  /// The entry's bytes as the file holds them: its content if stored. Not checked against the CRC, which
  /// would page in every weight of a file of which only some may be needed.
  const std::byte* packed(const ZipEntry& entry) const { return data_ + entry.data; }

  /// A copy of the content, inflated if deflated, checked against the CRC.
  /// Throws Error: kZipBomb (more than `limit` bytes, a ratio or a sum over all calls beyond the caps),
  /// kBadZip (damaged).
  std::vector<std::byte> read(const ZipEntry& entry, std::uint64_t limit = UINT64_MAX);

 private:
  void check_caps(const ZipEntry& entry, std::uint64_t limit);
  void inflate_into(const ZipEntry& entry, std::vector<std::byte>& content) const;

  const std::byte* data_;
  std::uint64_t size_;
  std::string source_;
  std::vector<ZipEntry> entries_;
  std::uint64_t inflated_ = 0;
};

}  // namespace relprompt::archive
