// The central directory of a zip file: names, sizes and places. PyTorch's local headers carry no sizes, so
// this directory is the only source.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace relprompt::archive {

struct ZipEntry {
  std::string name;
  bool deflated = false;          ///< else stored as it is
  std::uint32_t crc = 0;          ///< CRC-32 of the content
  std::uint64_t size = 0;         ///< bytes of the content, as declared
  std::uint64_t packed_size = 0;  ///< bytes in the file; equal to size if stored
  std::uint64_t header = 0;       ///< where the entry's local header begins
  std::uint64_t data = 0;         ///< where its bytes begin
};

/// All entries, sorted by name; their bytes are inside the file, apart from each other, and not encrypted.
/// Zip64 is understood. Throws Error: kTruncatedArchive (no directory at the end), kBadZip, kBadOffsets,
/// kOverlap, kDuplicateName.
std::vector<ZipEntry> read_zip_directory(const std::byte* data, std::size_t size, const std::string& source);

}  // namespace relprompt::archive
