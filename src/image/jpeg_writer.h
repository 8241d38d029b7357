// JPEG encoding in memory.
#pragma once

#include <string>

#include "relprompt/image.h"

namespace relprompt::image {

/// A whole baseline JPEG file as bytes, colours at half resolution. `image` is complete and no side of it
/// longer than 65500. @param quality 1 to 100 Throws Error: kOutOfMemory, kInternal.
std::string encode_jpeg(const Image& image, int quality);

}  // namespace relprompt::image
