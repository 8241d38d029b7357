#include "raster/parts.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "relprompt/error.h"

#include "base/atomic_file.h"
#include "base/file_bytes.h"
#include "base/json_output.h"
#include "base/temporaries.h"
#include "raster/parts_lines.h"

namespace relprompt::raster {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& path, int reason) {
  fail_to_write(path, reason, "free some space; the same command with --resume goes on");
}

[[noreturn]] void refuse(const fs::path& path) {
  throw Error(ErrorCode::kNotWritable, fmt::format("{} is there already and not of relprompt", path.string()),
              "it stays as it is: move it away, or choose another output");
}

off_t size_of(const FileHandle& file, const fs::path& path) {
  const off_t size = ::lseek(file.number(), 0, SEEK_END);
  if (size < 0) fail(path, errno);
  return size;
}

/// Opens a file of ours for adding, made if needed. One that begins otherwise is somebody else's.
FileHandle open_own(const fs::path& path, std::string_view start) {
  FileHandle file(
      ::open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0644));
  if (!file && (errno == ELOOP || errno == EISDIR || errno == ENXIO)) refuse(path);
  if (!file) fail(path, errno);
  struct stat info {};
  if (::fstat(file.number(), &info) != 0 || !S_ISREG(info.st_mode)) refuse(path);
  const auto length = std::min<std::size_t>(start.size(), static_cast<std::size_t>(info.st_size));
  const auto found = relprompt::bytes_at(file.number(), 0, length);
  if (!found || *found != start.substr(0, length)) refuse(path);
  return file;
}

void lock(const FileHandle& file, const fs::path& path, const shards::Shard& shard) {
  while (::flock(file.number(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno != EWOULDBLOCK) {
      throw Error(ErrorCode::kNotWritable,
                  fmt::format("cannot lock {}: {}", path.string(), std::strerror(errno)),
                  "the file system of the output must have locks (flock)");
    }
    throw Error(ErrorCode::kLostWorker,
                fmt::format("{} is being worked on by another process, which holds the lock of {}",
                            shards::name_of(shard), path.string()),
                "a process that is dead holds no lock: wait for the one that lives, or end it");
  }
}

void sync(const FileHandle& file, const fs::path& path) {
  if (::fdatasync(file.number()) != 0 && errno != EINVAL) fail(path, errno);
}

void truncate(const FileHandle& file, const fs::path& path, std::uint64_t size) {
  if (::ftruncate(file.number(), static_cast<off_t>(size)) != 0) fail(path, errno);
}

std::string deflated(const std::string& bytes) {
  auto size = ::compressBound(bytes.size());
  std::string result(size, '\0');
  // The fastest level: labels are runs, and most of the time goes into the network anyway.
  const int status = ::compress2(reinterpret_cast<Bytef*>(result.data()), &size,
                                 reinterpret_cast<const Bytef*>(bytes.data()), bytes.size(), 1);
  if (status != Z_OK) throw Error(ErrorCode::kOutOfMemory, "not enough memory to compress a block");
  result.resize(size);
  return result;
}

std::uint32_t crc_of(const std::string& bytes) {
  return static_cast<std::uint32_t>(
      ::crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())));
}

/// The keys whose values differ, but for what only the report says. As text, since facts that were read have
/// their keys in another order.
std::string differing(const Json& facts, const Json& others) {
  const nlohmann::json a = facts, b = others;
  std::string keys;
  for (const auto& [key, value] : a.items())
    if (key != "run" && (!b.contains(key) || json_text(b[key]) != json_text(value)))
      keys += (keys.empty() ? "" : ", ") + key;
  for (const auto& [key, value] : b.items())
    if (key != "run" && !a.contains(key)) keys += (keys.empty() ? "" : ", ") + key;
  return keys;
}

void require_one_count(const fs::path& folder, const shards::Shard& shard) {
  std::error_code problem;
  for (const auto& entry : fs::directory_iterator(folder, problem)) {
    const auto other = shard_of_part(entry.path().filename().string());
    if (!other || other->count == shard.count) continue;
    throw Error(ErrorCode::kBadArgument,
                fmt::format("{} holds parts of another division: expected one of {}, found {}",
                            folder.string(), shard.count, shards::name_of(*other)),
                "go on with that division, choose another output, or remove the folder");
  }
}

}  // namespace

Rectangle BlockPlan::block(std::int64_t index) const {
  const std::int64_t y = index / across() * side, x = index % across() * side;
  return {y, x, static_cast<int>(std::min<std::int64_t>(side, height - y)),
          static_cast<int>(std::min<std::int64_t>(side, width - x))};
}

std::pair<std::int64_t, std::int64_t> blocks_of(const shards::Shard& shard, std::int64_t count) {
  // count is at most 10^8 and there are at most 4 * 10^6 shards: the products fit.
  const auto at = [&](std::size_t i) {
    return count * static_cast<std::int64_t>(i) / static_cast<std::int64_t>(shard.count);
  };
  return {at(shard.index), at(shard.index + 1)};
}

fs::path parts_folder(const fs::path& output) {
  return output.string() + ".parts";
}

PartWriter::PartWriter(const fs::path& folder, const shards::Shard& shard, const Json& facts, bool resume,
                       bool scores)
    : folder_(folder),
      labels_path_(part_file(folder, shard, ".blocks")),
      scores_path_(part_file(folder, shard, ".scores")) {
  make_folder(folder);
  require_one_count(folder, shard);
  const fs::path path = part_file(folder, shard, ".jsonl");
  const std::string own = R"({"format":"relprompt raster 1",)";
  lock_ = open_own(path, own);
  lock(lock_, path, shard);
  labels_ = open_own(labels_path_, kBlocksStart);
  if (scores) scores_ = open_own(scores_path_, kBlocksStart);
  journal_ = read_part(path);
  const bool begun = journal_.good_bytes > 0 && resume;
  if (begun) check_resumable(facts);
  std::uint64_t labels_end = kBlocksStart.size(), scores_end = kBlocksStart.size();
  if (begun) {
    for (const auto& [block, record] : journal_.blocks) {
      labels_end = std::max(labels_end, record.labels.offset + record.labels.bytes);
      scores_end = std::max(scores_end, record.scores.offset + record.scores.bytes);
    }
  } else {
    journal_ = {};
    journal_.path = path;
    journal_.shard = shard;
    journal_.facts = facts;
  }
  // What a killed process wrote behind its last whole line goes.
  truncate(lock_, path, journal_.good_bytes);
  const auto begin_file = [&](const FileHandle& file, const fs::path& name, std::uint64_t end) {
    const auto size = static_cast<std::uint64_t>(size_of(file, name));
    if (size < end && begun && end > kBlocksStart.size()) {
      throw Error(ErrorCode::kUnreadable,
                  fmt::format("{} has {} bytes, but its journal speaks of {}", name.string(), size, end),
                  "without --resume its run begins anew");
    }
    truncate(file, name, size < kBlocksStart.size() ? 0 : end);
    if (size < kBlocksStart.size() && !write_all(file.number(), kBlocksStart)) fail(name, errno);
    sync(file, name);
  };
  begin_file(labels_, labels_path_, labels_end);
  if (scores) begin_file(scores_, scores_path_, scores_end);
  if (!begun && !write_all(lock_.number(), first_line(shard, facts))) fail(path, errno);
  sync(lock_, path);
  if (!sync_folder(folder)) fail(folder, errno);
}

void PartWriter::check_resumable(const Json& facts) const {
  const std::string keys = differing(facts, journal_.facts);
  if (keys.empty()) return;
  throw Error(
      ErrorCode::kBadArgument,
      fmt::format("{} holds blocks that were made otherwise; what differs: {}", folder_.string(), keys),
      "the same command goes on with them; without --resume everything begins anew");
}

Place PartWriter::append(const FileHandle& file, const fs::path& path, const std::string& bytes) {
  if (bytes.empty()) return {};
  const std::string packed = deflated(bytes);
  Place place{static_cast<std::uint64_t>(size_of(file, path)), packed.size(), crc_of(packed)};
  if (!write_all(file.number(), packed)) fail(path, errno);
  sync(file, path);
  return place;
}

void PartWriter::add(BlockRecord record, const std::string& labels, const std::string& scores) {
  record.labels = append(labels_, labels_path_, labels);
  record.scores = append(scores_, scores_path_, scores);
  if (!write_all(lock_.number(), line_of(record))) fail(journal_.path, errno);
  // A block without data costs nothing to find again; its line waits for the next one's flush.
  if (record.has_data()) sync(lock_, journal_.path);
  journal_.blocks[record.block] = std::move(record);
}

void PartWriter::end() {
  if (!journal_.ended && !write_all(lock_.number(), "{\"end\":true}\n")) fail(journal_.path, errno);
  sync(lock_, journal_.path);
  journal_.ended = true;
}

void PartWriter::remove() {
  std::error_code ignored;
  fs::remove(labels_path_, ignored);
  if (scores_) fs::remove(scores_path_, ignored);
  fs::remove(journal_.path, ignored);
  ::rmdir(folder_.c_str());  // stays where other shards are in it
}

}  // namespace relprompt::raster
