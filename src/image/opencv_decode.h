// Decoding of everything but PNG, through OpenCV.
#pragma once

#include "relprompt/image.h"

#include "image/image_format.h"
#include "image/probe.h"
#include "image/source.h"

namespace relprompt::image {

/// Decodes a file whose probe found nothing wrong. The result is as stored: probe.orientation is the
/// caller's. Throws Error: kTruncatedImage if the decoder refuses the data or returns another size than the
/// probe, kNotAnImage for sample types that are no photo, kOutOfMemory.
Image decode_with_opencv(const Source& source, ImageFormat format, const Probe& probe);

}  // namespace relprompt::image
