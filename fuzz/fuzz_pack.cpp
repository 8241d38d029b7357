// Arbitrary bytes as a file of packed weights: not believed, with a reason, or one whose blocks all lie
// inside it. Header and table are bound by a checksum, which is made right here in a second try, so that what
// lies behind it is reached as well.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include <fcntl.h>
#include <xxhash.h>

#include "base/file_handle.h"
#include "check.h"
#include "model/pack_file.h"
#include "scratch_folder.h"

namespace {

using namespace relprompt;

// Places in the header (src/model/pack_file.cpp).
constexpr std::size_t kHeader = 64, kBlocks = 20, kTextBytes = 24, kTableOffset = 32, kFileBytes = 40,
                      kCheck = 56;

template <typename Number>
Number number_at(const std::string& bytes, std::size_t offset) {
  Number number;
  std::memcpy(&number, bytes.data() + offset, sizeof(Number));
  return number;
}

/// The same file with its size and checksum right, as far as its numbers lie inside it.
std::string with_checksum(std::string bytes) {
  if (bytes.size() < kHeader) return bytes;
  const std::uint64_t size = bytes.size();
  std::memcpy(bytes.data() + kFileBytes, &size, sizeof size);
  std::memset(bytes.data() + kCheck, 0, sizeof size);
  const auto text = number_at<std::uint64_t>(bytes, kTextBytes),
             table = number_at<std::uint64_t>(bytes, kTableOffset);
  const auto table_bytes = std::uint64_t{number_at<std::uint32_t>(bytes, kBlocks)} * sizeof(model::PackBlock);
  if (text > size - kHeader || table > size || table_bytes > size - table) return bytes;
  const auto bound =
      bytes.substr(0, kHeader) + bytes.substr(kHeader, text) + bytes.substr(table, table_bytes);
  const std::uint64_t check = XXH3_64bits(bound.data(), bound.size());
  std::memcpy(bytes.data() + kCheck, &check, sizeof check);
  return bytes;
}

void open(const fuzz::ScratchFolder& folder, const std::string& bytes) {
  folder.write("pack", bytes);
  const FileHandle file(::open((folder / "pack").c_str(), O_RDONLY | O_CLOEXEC));
  std::string problem;
  const auto pack = model::PackFile::open(file, folder / "pack", problem);
  fuzz::check((pack == nullptr) == !problem.empty());
  if (!pack) return;
  for (const auto& block : pack->blocks()) {
    fuzz::check(block.offset <= bytes.size() && block.bytes <= bytes.size() - block.offset);
    for (std::uint64_t i = 0; i < block.bytes; ++i) {
      const volatile std::byte byte = pack->data()[block.offset + i];
      static_cast<void>(byte);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::ScratchFolder folder;
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  open(folder, bytes);
  open(folder, with_checksum(bytes));
  return 0;
}
