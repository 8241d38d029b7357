// One walk per container format, made before decoding. Decoders behind OpenCV fill what a truncated file
// lacks with grey and say nothing; these walks check that all the promised bytes are there. They also find
// the size (so that a decompression bomb is refused unopened) and the orientation.
#pragma once

#include "image/source.h"

namespace relprompt::image {

/// What a fourth channel from the decoder means.
enum class Alpha {
  kNone,           ///< nothing: ignore it
  kStraight,       ///< colours are as if opaque
  kPremultiplied,  ///< colours have been multiplied by alpha already
};

struct Probe {
  std::uint64_t width = 0;   ///< of what the decoder will return
  std::uint64_t height = 0;  ///< of what the decoder will return
  int orientation = 1;       ///< EXIF 1..8 still to be applied after decoding
  Alpha alpha = Alpha::kNone;
};

/// Each throws Error: kImageTooLarge, kTruncatedImage (the message says what is missing), or kNotAnImage for
/// variants that cannot be read. PNG has no walk: libpng itself checks everything (png_decode.h).
Probe probe_jpeg(const Source& source);
Probe probe_tiff(const Source& source);
Probe probe_webp(const Source& source);
Probe probe_bmp(const Source& source);

}  // namespace relprompt::image
