// The segment job over tars.
#pragma once

#include "relprompt/segmenter.h"

#include "class_settings.h"
#include "segment_settings.h"
#include "shard_account.h"
#include "shard_images.h"

namespace relprompt::cli {

/// Labels the samples of all tars; as run_segment besides. `shard`: nullptr for the whole list.
int run_tars(const SegmentSettings& settings, Segmenter& segmenter, ClassSettings& classes, ShardImages tars,
             ShardAccount* shard);

}  // namespace relprompt::cli
