#include "image/read_labels.h"

#include <string>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "image/describe.h"
#include "image/guard.h"
#include "image/image_bytes.h"
#include "image/image_format.h"
#include "image/tiff_layout.h"
#include "image/tiff_rows.h"
#include "image/tiff_samples.h"

namespace relprompt::image {
namespace {

void require_plain_grey(const Source& source, const TiffLayout& layout) {
  const bool depth = layout.bits == 8 || layout.bits == 16;
  if (layout.samples == 1 && layout.photometric == PHOTOMETRIC_MINISBLACK && depth &&
      layout.format == SAMPLEFORMAT_UINT) {
    return;
  }
  throw Error(
      ErrorCode::kNotAnImage,
      fmt::format("{} is a TIFF of {} channels of {} {}bits in colour space {}; label files have one grey "
                  "channel (colour space 1) of 8 or 16 bits",
                  source.name(), layout.samples, layout.bits,
                  layout.format == SAMPLEFORMAT_IEEEFP ? "floating-point "
                  : layout.format == SAMPLEFORMAT_UINT ? ""
                                                       : "signed or unknown ",
                  layout.photometric),
      "is it an image or a coloured preview instead of the labels?");
}

StoredLabels labels_of_tiff(const Source& source) {
  OpenTiff tiff(source);
  if (tiff.layout.further_pages > 0) {
    throw Error(ErrorCode::kNotAnImage, fmt::format("{} is a TIFF of {} pages; label files have one",
                                                    source.name(), tiff.layout.further_pages + 1));
  }
  require_plain_grey(source, tiff.layout);
  check_tiff_pieces(tiff.file, tiff.layout);
  StoredLabels stored;
  stored.bits = tiff.layout.bits;
  stored.map.height = static_cast<int>(tiff.layout.height);
  stored.map.width = static_cast<int>(tiff.layout.width);
  stored.map.labels.resize(std::size_t{tiff.layout.height} * tiff.layout.width);
  read_tiff_rows(tiff, {0}, [&](const TiffRow& row) {
    std::uint16_t* const out = stored.map.labels.data() + row.y * tiff.layout.width + row.x;
    each_sample(stored.bits, row.bytes, {0, 1, row.count},
                [&](std::size_t i, std::uint16_t value) { out[i] = value; });
  });
  return stored;
}

}  // namespace

StoredLabels read_labels_tiff(const std::filesystem::path& path, std::uint64_t max_pixels) {
  const ImageBytes bytes(path, max_pixels);
  const Source source = bytes.source();
  const auto format = format_of(source);
  if (format != ImageFormat::kTiff) {
    throw Error(ErrorCode::kNotAnImage,
                format ? fmt::format("{} is a {}, no TIFF", path.string(), name_of(*format))
                       : fmt::format("{} is no TIFF: {}", path.string(), describe_first_bytes(source)));
  }
  return guarded(ErrorCode::kInternal, "read " + path.string(), [&] { return labels_of_tiff(source); });
}

StoredLabels read_labels(const std::filesystem::path& path, std::uint64_t max_pixels) {
  const ImageBytes bytes(path, max_pixels);
  return labels_of(bytes.source());
}

StoredLabels labels_of(const Source& source) {
  return guarded(ErrorCode::kInternal, "read " + source.name(), [&] {
    return format_of(source) == ImageFormat::kTiff ? labels_of_tiff(source) : labels_of_png(source);
  });
}

}  // namespace relprompt::image
