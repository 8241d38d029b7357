// Images one after the other, or a GPU's groups of them, while the next ones are read ahead and those before
// are written behind.
#pragma once

#include "relprompt/segmenter.h"

#include "class_settings.h"
#include "segment_settings.h"
#include "shard_account.h"
#include "shard_images.h"

namespace relprompt::cli {

/// Labels the images and reports. shard: nullptr for a run over a whole list. Returns the exit status. Throws
/// Error where the run cannot go on; what is finished is kept.
int run_images(const SegmentSettings& settings, Segmenter& segmenter, ClassSettings& classes,
               ShardImages images, ShardAccount* shard);

}  // namespace relprompt::cli
