#include "image/tiff_samples.h"

#include <algorithm>

#include <fmt/format.h>

#include "image/sample_levels.h"

namespace relprompt::image {
namespace {

template <class Number>
double number_at(const std::uint8_t* row, std::size_t index) {
  Number number;
  std::memcpy(&number, row + index * sizeof number, sizeof number);
  return static_cast<double>(number);
}

const char* name_of_format(std::uint16_t format) {
  switch (format) {
    case SAMPLEFORMAT_UINT:
      return "unsigned";
    case SAMPLEFORMAT_INT:
      return "signed";
    case SAMPLEFORMAT_IEEEFP:
      return "floating-point";
    default:
      return "complex or unknown";
  }
}

bool is_wide(const TiffLayout& layout) {
  const bool whole = layout.bits == 8 || layout.bits == 16 || layout.bits == 32;
  if (layout.format == SAMPLEFORMAT_IEEEFP) return layout.bits == 32 || layout.bits == 64;
  if (layout.format == SAMPLEFORMAT_INT) return whole;
  return layout.format == SAMPLEFORMAT_UINT && layout.bits == 32;
}

}  // namespace

SampleReader::SampleReader(const Source& source, const TiffLayout& layout,
                           const std::optional<SampleRange>& range, bool inverted)
    : bits_(layout.bits), format_(layout.format), range_(range), inverted_(inverted) {
  if (layout.format == SAMPLEFORMAT_UINT && layout.bits >= 1 && layout.bits <= 16) {
    table_ = level_table(bits_, range);
    if (inverted && range) {
      std::transform(table_.begin(), table_.end(), table_.begin(),
                     [](std::uint8_t level) { return static_cast<std::uint8_t>(255 - level); });
    } else if (inverted) {
      std::reverse(table_.begin(), table_.end());
    }
    return;
  }
  const char* const format = name_of_format(layout.format);
  if (!is_wide(layout)) {
    source.unsupported(
        fmt::format("it is a TIFF of {}-bit {} samples; read are unsigned ones of 1 to 16 and 32 "
                    "bits, signed ones of 8, 16 and 32, floating-point ones of 32 and 64",
                    layout.bits, format));
  }
  if (!range) {
    source.unsupported(
        fmt::format("it is a TIFF of {}-bit {} samples that does not state which values are black "
                    "and white (--range MIN,MAX does)",
                    layout.bits, format));
  }
}

double SampleReader::wide_value(const std::uint8_t* row, std::size_t sample) const {
  if (format_ == SAMPLEFORMAT_IEEEFP)
    return bits_ == 32 ? number_at<float>(row, sample) : number_at<double>(row, sample);
  if (format_ == SAMPLEFORMAT_UINT) return number_at<std::uint32_t>(row, sample);
  if (bits_ == 8) return number_at<std::int8_t>(row, sample);
  return bits_ == 16 ? number_at<std::int16_t>(row, sample) : number_at<std::int32_t>(row, sample);
}

void SampleReader::read(const std::uint8_t* row, const SamplePlace& place, std::uint8_t* out,
                        std::size_t out_step) {
  if (!table_.empty()) {
    each_sample(bits_, row, place, [&](std::size_t i, std::uint16_t value) {
      largest_ = std::max(largest_, value);
      out[i * out_step] = table_[value];
    });
    return;
  }
  for (std::size_t i = 0; i < place.count; ++i) {
    const std::uint8_t level = level_of(wide_value(row, place.first + i * place.step), *range_);
    out[i * out_step] = inverted_ ? static_cast<std::uint8_t>(255 - level) : level;
  }
}

}  // namespace relprompt::image
