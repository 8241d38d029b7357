#include "image/png_decode.h"

#include <utility>

#include <fmt/format.h>

#include "image/compose.h"
#include "image/orientation.h"
#include "image/png_reader.h"
#include "image/sample_levels.h"

namespace relprompt::image {
namespace {

// Colours by the range, alpha by its upper bits.
std::vector<std::uint8_t> narrowed(const std::vector<std::uint16_t>& samples, std::size_t channels,
                                   const std::optional<SampleRange>& range) {
  const auto table = level_table(16, range), alpha = level_table(16);
  std::vector<std::uint8_t> bytes(samples.size());
  for (std::size_t i = 0; i < samples.size(); ++i) bytes[i] = (i % channels == 3 ? alpha : table)[samples[i]];
  return bytes;
}

}  // namespace

Image decode_png(const Source& source, const DecodeOptions& options) {
  PngReader reader(source);
  const int channels = reader.header().alpha ? 4 : 3;
  Image image;
  image.height = static_cast<int>(reader.header().height);
  image.width = static_cast<int>(reader.header().width);
  if (options.range && reader.header().bits == 16) {
    image.rgb = narrowed(reader.read_wide_colours(), static_cast<std::size_t>(channels), options.range);
  } else {
    image.rgb = reader.read_colours();
    apply_range(image.rgb, channels, options.range);
  }
  if (channels == 4) lay_over_white(image.rgb);
  if (reader.frames() > 1) {
    image.notes.push_back(
        fmt::format("it is an animated PNG of {} frames; its still image is read", reader.frames()));
  }
  return upright(std::move(image), reader.orientation());
}

}  // namespace relprompt::image
