#include "image/npy_writer.h"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "base/checked.h"

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "numbers are written as they lie in memory");

namespace relprompt::image {

// Magic, version, length and a Python dictionary, padded with spaces so that the numbers start at a multiple
// of 64 bytes.
std::string npy_header(const std::vector<std::int64_t>& shape, bool half) {
  std::string sides;
  for (const std::int64_t side : shape) sides += fmt::format("{}, ", side);
  // Python's way: "(2, 3)", but a single side keeps its comma.
  if (!shape.empty()) sides.resize(sides.size() - (shape.size() == 1 ? 1 : 2));
  std::string text =
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}", half ? "<f2" : "<f4", sides);
  constexpr std::size_t kPreamble = 10;
  text.append(63 - (kPreamble + text.size()) % 64, ' ');
  text += '\n';
  std::string header("\x93NUMPY\x01\x00", 8);
  header += static_cast<char>(text.size() & 0xFF);
  header += static_cast<char>(text.size() >> 8);
  return header + text;
}

std::uint16_t to_half(float value) noexcept {
  std::uint32_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  const auto sign = static_cast<std::uint16_t>(bits >> 16 & 0x8000);
  bits &= 0x7FFFFFFF;
  if (bits > 0x7F800000) return sign | 0x7E00;   // NaN
  if (bits >= 0x477FF000) return sign | 0x7C00;  // 65520 and more round to infinity
  if (bits >= 0x38800000) {
    // Normal: the exponent's bias changes by 112; adding just under half of the last kept bit, plus that bit,
    // rounds ties to even and carries into the exponent by itself.
    const std::uint32_t rebiased = bits - (112u << 23);
    return static_cast<std::uint16_t>(sign | (rebiased + 0xFFF + (rebiased >> 13 & 1)) >> 13);
  }
  if (bits <= 0x33000000) return sign;  // 2^-25 and less round to zero
  // Subnormal: a multiple of 2^-24.
  const std::uint32_t shift = 126 - (bits >> 23);
  const std::uint32_t mantissa = (bits & 0x7FFFFF) | 0x800000;
  const std::uint32_t kept = mantissa >> shift;
  const std::uint32_t rest = mantissa & ((1u << shift) - 1);
  const std::uint32_t tie = 1u << (shift - 1);
  return static_cast<std::uint16_t>(sign | (kept + (rest > tie || (rest == tie && (kept & 1) != 0) ? 1 : 0)));
}

NpyWriter::NpyWriter(const std::filesystem::path& path, const std::vector<std::int64_t>& shape, bool half)
    : path_(path), file_(path), half_(half) {
  const auto elements = checked_elements(shape);
  if (!elements || shape.size() > 32) {
    throw Error(ErrorCode::kBadArgument, fmt::format("cannot write {}: impossible shape", path.string()));
  }
  expected_ = *elements;
  const std::string header = npy_header(shape, half);
  header_ = header.size();
  file_.write(header);
}

void NpyWriter::count_in(std::size_t count) {
  if (count > expected_ - written_) {
    throw Error(ErrorCode::kInternal, fmt::format("{} numbers for {}, which holds {}", written_ + count,
                                                  path_.string(), expected_));
  }
  written_ += count;
}

std::uint64_t NpyWriter::place_of(std::uint64_t first, std::size_t count) const {
  if (!half_ || first > written_ || count > written_ - first) {
    throw Error(ErrorCode::kInternal,
                fmt::format("{} halves from {} on are not in {}", count, first, path_.string()));
  }
  return header_ + first * sizeof(std::uint16_t);
}

void NpyWriter::append(const float* values, std::size_t count) {
  count_in(count);
  if (!half_) {
    file_.write(values, count * sizeof(float));
    return;
  }
  constexpr std::size_t kChunk = std::size_t{1} << 16;
  while (count > 0) {
    const std::size_t now = std::min(count, kChunk);
    halves_.resize(now);
    std::transform(values, values + now, halves_.begin(), to_half);
    file_.write(halves_.data(), now * sizeof(std::uint16_t));
    values += now;
    count -= now;
  }
}

void NpyWriter::append_halves(const std::uint16_t* halves, std::size_t count) {
  if (!half_) throw Error(ErrorCode::kInternal, fmt::format("halves for {}, of floats", path_.string()));
  count_in(count);
  file_.write(halves, count * sizeof(std::uint16_t));
}

void NpyWriter::read_halves(std::uint64_t first, std::uint16_t* halves, std::size_t count) const {
  file_.read_back(place_of(first, count), halves, count * sizeof(std::uint16_t));
}

void NpyWriter::replace_halves(std::uint64_t first, const std::uint16_t* halves, std::size_t count) {
  file_.replace(place_of(first, count), halves, count * sizeof(std::uint16_t));
}

void NpyWriter::commit() {
  if (written_ != expected_) {
    throw Error(ErrorCode::kInternal,
                fmt::format("only {} of {} numbers were given for {}", written_, expected_, path_.string()));
  }
  file_.commit();
}

}  // namespace relprompt::image
