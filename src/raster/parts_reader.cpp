// Reading the bytes of finished blocks back.
#include <limits>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <zlib.h>

#include "relprompt/error.h"

#include "base/file_bytes.h"
#include "raster/parts.h"
#include "raster/parts_lines.h"

namespace relprompt::raster {
namespace {

namespace fs = std::filesystem;

std::uint32_t crc_of(const std::string& bytes) {
  return static_cast<std::uint32_t>(
      ::crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())));
}

std::string read_place(const FileHandle& file, const fs::path& path, const Place& place, std::size_t size) {
  const auto damaged = [&](const char* what) {
    throw Error(ErrorCode::kUnreadable,
                fmt::format("{}: the block at byte {} is {}", path.string(), place.offset, what),
                "its shard has to be computed again, without --resume");
  };
  if (!file) damaged("not there");
  if (place.bytes > std::numeric_limits<uInt>::max()) damaged("of an impossible size");
  const off_t there = ::lseek(file.number(), 0, SEEK_END);
  if (there < 0 || place.offset + place.bytes > static_cast<std::uint64_t>(there)) damaged("cut off");
  const auto bytes = relprompt::bytes_at(file.number(), static_cast<off_t>(place.offset), place.bytes);
  if (!bytes || bytes->size() != place.bytes || crc_of(*bytes) != place.crc) damaged("damaged");
  std::string result(size, '\0');
  uLongf length = size;
  const int status = ::uncompress(reinterpret_cast<Bytef*>(result.data()), &length,
                                  reinterpret_cast<const Bytef*>(bytes->data()), bytes->size());
  if (status != Z_OK || length != size) damaged("of another size");
  return result;
}

}  // namespace

PartReader::PartReader(const PartJournal& journal) {
  const fs::path folder = journal.path.parent_path();
  labels_path_ = part_file(folder, journal.shard, ".blocks");
  scores_path_ = part_file(folder, journal.shard, ".scores");
  labels_ = FileHandle(::open(labels_path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  scores_ = FileHandle(::open(scores_path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
}

std::string PartReader::labels(const BlockRecord& record, std::size_t size) const {
  return read_place(labels_, labels_path_, record.labels, size);
}

std::string PartReader::scores(const BlockRecord& record, std::size_t size) const {
  return read_place(scores_, scores_path_, record.scores, size);
}

}  // namespace relprompt::raster
