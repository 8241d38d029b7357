// The tensors that each method adds, one row each: what is trained, stored, counted and checked.
#pragma once

#include <vector>

#include "clip/clip_config.h"
#include "clip/tensor_table.h"
#include "peft/options.h"

namespace relprompt::peft {

/// Rows of the method beside a tower of these sizes; none for Method::kRpn and kLpmOnly. Tensors that stand
/// for one of the tower's own (full, BitFit) are named as in the tower after "tower.".
std::vector<clip::TensorRow> peft_rows(const clip::ClipConfig& clip, const PeftOptions& options);

}  // namespace relprompt::peft
