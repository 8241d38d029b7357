// The tensors that each method adds, one row each: what is trained, stored, counted and checked.
#pragma once

#include <vector>

#include "model/clip_config.h"
#include "model/method.h"
#include "model/tensor_table.h"

namespace relprompt::model {

/// Rows of the method beside a tower of these sizes; none for Method::kRpn and kLpmOnly. Tensors that stand
/// for one of the tower's own (full, BitFit) are named as in the tower after "tower.".
std::vector<TensorRow> peft_rows(const ClipConfig& clip, const PeftOptions& options);

}  // namespace relprompt::model
