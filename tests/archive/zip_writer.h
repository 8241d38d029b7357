// Makes zip files in memory, honest and dishonest ones. As in PyTorch's files, the local headers carry no
// sizes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace relprompt::test {

struct ZipMember {
  std::string name;
  std::string content;
  bool deflate = false;
  // What the directory claims instead of the truth.
  std::optional<std::uint32_t> crc;
  std::optional<std::uint64_t> size;
  std::optional<std::uint64_t> packed_size;
  std::optional<std::uint64_t> header;
  std::optional<std::uint16_t> method;
  std::uint16_t flags = 0x0808;  ///< sizes follow the data; UTF-8 names
  std::string local_name;        ///< if not empty: the name in the local header
};

/// @param zip64 writes every size and place in the 64-bit fields
std::string make_zip(const std::vector<ZipMember>& members, bool zip64 = false);

}  // namespace relprompt::test
