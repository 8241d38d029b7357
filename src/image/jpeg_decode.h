// Decoding of JPEG images through libjpeg-turbo.
//
// What libjpeg only warns of is taken seriously where it means damage: data that ends early, codes that do
// not exist, restart markers out of order, data that goes on when the image is complete. Tolerated are a
// handful of surplus bytes before a marker, which some cameras write (said in a note), and odd numbers in
// headers that change no pixel. Damage that yields other valid codes of the same length cannot be noticed:
// JPEG has no checksum.
#pragma once

#include "relprompt/image.h"

#include "image/source.h"

namespace relprompt::image {

/// More scans than this are refused; a progressive JPEG has about ten, and each costs a pass over the
/// image.
constexpr int kMaxJpegScans = 50;

/// Baseline, progressive or arithmetic-coded JPEG as upright RGB. CMYK is taken as Adobe writes it
/// (inverted). Throws Error: kTruncatedImage, kNotAnImage (variants that libjpeg does not know),
/// kImageTooLarge, kOutOfMemory.
Image decode_jpeg(const Source& source);

}  // namespace relprompt::image
