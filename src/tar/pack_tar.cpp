#include "tar/pack_tar.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "base/atomic_file.h"
#include "base/file_bytes.h"
#include "tar/tar_library.h"

namespace relprompt::tar {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBlock = std::size_t{1} << 18;

}  // namespace

std::string pack_tar(int tar, std::uint64_t bytes_of_tar, const fs::path& target, Packing packing) {
  AtomicFile file(target);
  std::string block, words;
  std::uint64_t done = 0;
  std::optional<Error> problem;
  const ReadBytes read = [&](const void** data) -> std::ptrdiff_t {
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(kBlock, bytes_of_tar - done));
    auto bytes = bytes_at(tar, static_cast<off_t>(done), size);
    if (!bytes || bytes->size() < size) return -1;
    block = std::move(*bytes);
    *data = block.data();
    done += size;
    return static_cast<std::ptrdiff_t>(size);
  };
  const WriteBytes write = [&](const void* data, std::size_t size) {
    try {
      file.write(data, size);
    } catch (const Error& error) {  // not through libarchive, which is C
      problem = error;
    }
    return !problem;
  };
  const bool packed = tar_table().pack(packing, read, write, words);
  if (problem) throw Error(*problem);
  if (!packed)
    throw Error(ErrorCode::kNotWritable, fmt::format("cannot pack {}: {}", target.string(), words));
  return file.commit();
}

}  // namespace relprompt::tar
