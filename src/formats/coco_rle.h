// Compressed RLE as COCO publishes it: the text that pycocotools reads and writes under "counts".
#pragma once

#include <string>

#include "formats/mask_runs.h"

namespace relprompt::formats {

/// The counts of a mask over pixels numbered by columns: how many are outside, inside, outside, ... Each
/// count from the fourth on is stored as its difference to the one two before it, in groups of 5 bits, the
/// lowest first; a group is a character from '0' on, and its sixth bit says that more follow.
/// @param pixels of the whole map
std::string coco_counts(const Run* begin, const Run* end, std::uint64_t pixels);

}  // namespace relprompt::formats
