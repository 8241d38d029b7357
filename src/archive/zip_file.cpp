// Caps are checked on the declared size before anything is allocated, and inflating stops at that size, so
// a file that lies about it gains nothing.
#include "archive/zip_file.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>
#include <zlib.h>

#include "relprompt/error.h"

#include "archive/quote.h"
#include "base/checked.h"

namespace relprompt::archive {
namespace {

// Weights hardly compress, code and pickles about tenfold; deflate can reach 1032.
constexpr std::uint64_t kMaxRatio = 200;
// Below this size a ratio says nothing: an all-zero bias is legal.
constexpr std::uint64_t kRatioFrom = 1U << 20;
// Over all entries together; without it many small entries could stay below the ratio's threshold.
constexpr std::uint64_t kMaxInflated = 8ULL << 30;
constexpr std::uint64_t kAlwaysInflated = 64ULL << 20;

std::size_t chunk(std::uint64_t bytes) {
  return static_cast<std::size_t>(std::min<std::uint64_t>(bytes, std::numeric_limits<uInt>::max()));
}

struct Inflater {
  z_stream stream{};
  bool ready = inflateInit2(&stream, -MAX_WBITS) == Z_OK;
  Inflater() = default;
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() {
    if (ready) inflateEnd(&stream);
  }
};

}  // namespace

ZipFile::ZipFile(const std::byte* data, std::size_t size, const std::string& source)
    : data_(data), size_(size), source_(source), entries_(read_zip_directory(data, size, source)) {}

const ZipEntry* ZipFile::find(std::string_view name) const {
  const auto found = std::lower_bound(
      entries_.begin(), entries_.end(), name,
      [](const ZipEntry& entry, std::string_view wanted) { return std::string_view(entry.name) < wanted; });
  return found != entries_.end() && found->name == name ? &*found : nullptr;
}

std::vector<std::byte> ZipFile::read(const ZipEntry& entry, std::uint64_t limit) {
  check_caps(entry, limit);
  std::vector<std::byte> content(entry.size);
  if (entry.deflated) {
    inflate_into(entry, content);
  } else {
    std::copy_n(packed(entry), entry.size, content.begin());
  }
  const auto crc = crc32_z(0, reinterpret_cast<const Bytef*>(content.data()), content.size());
  if (crc != entry.crc) {
    throw Error(ErrorCode::kBadZip,
                fmt::format("{}: zip entry {} is damaged: CRC {:08x} expected, {:08x} found", source_,
                            quote(entry.name), entry.crc, crc),
                "fetch the file again");
  }
  return content;
}

void ZipFile::check_caps(const ZipEntry& entry, std::uint64_t limit) {
  const auto refuse = [&](const std::string& why) {
    throw Error(ErrorCode::kZipBomb,
                fmt::format("{}: zip entry {} is {} bytes in the file and {} read out, {}", source_,
                            quote(entry.name), entry.packed_size, entry.size, why),
                "no checkpoint compresses like this; do not trust the file");
  };
  if (entry.size > limit) refuse(fmt::format("more than the {} allowed here", limit));
  if (!entry.deflated) return;
  if (entry.size > kRatioFrom && entry.size / kMaxRatio > entry.packed_size) {
    refuse(fmt::format("more than {} times as many", kMaxRatio));
  }
  const std::uint64_t cap = std::min(kMaxInflated, kAlwaysInflated + kMaxRatio * size_);
  const auto total = checked_add(inflated_, entry.size);
  if (!total || *total > cap) refuse(fmt::format("with those before it over {}", cap));
  inflated_ = *total;
}

void ZipFile::inflate_into(const ZipEntry& entry, std::vector<std::byte>& content) const {
  Inflater inflater;
  if (!inflater.ready) throw Error(ErrorCode::kOutOfMemory, "zlib could not start");
  z_stream& stream = inflater.stream;
  const std::byte* input = packed(entry);
  std::uint64_t input_left = entry.packed_size;
  std::byte* output = content.data();
  std::uint64_t output_left = content.size();
  Bytef spill = 0;  // one byte beyond the declared size shows that there is more
  int status = Z_OK;
  while (status == Z_OK) {
    const bool spilling = output_left == 0;
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(input));
    stream.avail_in = static_cast<uInt>(chunk(input_left));
    stream.next_out = spilling ? &spill : reinterpret_cast<Bytef*>(output);
    stream.avail_out = spilling ? 1 : static_cast<uInt>(chunk(output_left));
    const uInt in_before = stream.avail_in;
    const uInt out_before = stream.avail_out;
    status = inflate(&stream, Z_NO_FLUSH);
    input += in_before - stream.avail_in;
    input_left -= in_before - stream.avail_in;
    const uInt written = out_before - stream.avail_out;
    if (spilling && written > 0) status = Z_DATA_ERROR;
    if (!spilling) {
      output += written;
      output_left -= written;
    }
  }
  if (status != Z_STREAM_END || output_left != 0 || input_left != 0) {
    throw Error(ErrorCode::kBadZip,
                fmt::format("{}: zip entry {} does not inflate to its {} bytes", source_, quote(entry.name),
                            entry.size),
                "fetch the file again");
  }
}

}  // namespace relprompt::archive
