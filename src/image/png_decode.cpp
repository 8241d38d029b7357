#include "image/png_decode.h"

#include <utility>

#include "image/compose.h"
#include "image/orientation.h"
#include "image/png_reader.h"

namespace relprompt::image {

Image decode_png(const Source& source) {
  PngReader reader(source);
  Image image;
  image.height = static_cast<int>(reader.header().height);
  image.width = static_cast<int>(reader.header().width);
  image.rgb = reader.read_colours();
  if (reader.header().alpha) {
    // In place: the colours only ever move towards the front.
    const std::size_t pixels = image.rgb.size() / 4;
    std::uint8_t* const bytes = image.rgb.data();
    for (std::size_t i = 0; i < pixels; ++i) {
      const std::uint8_t alpha = bytes[4 * i + 3];
      for (std::size_t c = 0; c < 3; ++c) bytes[3 * i + c] = over_white(bytes[4 * i + c], alpha);
    }
    image.rgb.resize(pixels * 3);
  }
  return upright(std::move(image), reader.orientation());
}

}  // namespace relprompt::image
