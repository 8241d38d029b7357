// Says what a file that is no supported image looks like, so that the user sees the mistake at once.
#pragma once

#include <string>

#include "image/source.h"

namespace relprompt::image {

/// "it is empty", "it looks like a GIF", "it starts with the text \"...\"" or "it starts with the bytes ...".
std::string describe_first_bytes(const Source& source);

}  // namespace relprompt::image
