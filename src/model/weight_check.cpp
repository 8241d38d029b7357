#include "model/weight_check.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string_view>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "kernels/magnitude.h"

namespace relprompt::model {
namespace {

// Published models stay below 1e3; beyond this limit the length of a vector overflows fp32 a layer later.
constexpr float kLargest = 1e15f;

// What everything passes through. Other tensors may be zeros: biases, or the last step of an adapter or of
// LoRA when its training starts.
constexpr std::string_view kNeverZero[] = {"visual.conv1.weight",    "visual.proj",     "text_projection",
                                           "token_embedding.weight", "vis_proj.weight", "text_fuse.weight",
                                           "text_proj.weight"};

std::string what_is_wrong(float largest) {
  if (std::isnan(largest)) return "NaN";
  if (std::isinf(largest)) return "numbers that are infinite in fp32";
  if (largest == 0) return "nothing but zeros";
  return fmt::format("numbers as large as {:.1e}", largest);
}

}  // namespace

void check_weights(const Tensor& value, const TensorRow& row, const TensorSource& source) {
  const float largest = kernels::largest_magnitude(value.floats(), value.elements());
  const bool empty =
      largest == 0 && value.elements() > 0 &&
      std::find(std::begin(kNeverZero), std::end(kNeverZero), row.name) != std::end(kNeverZero);
  if (largest <= kLargest && !empty) return;  // false for NaN
  throw Error(
      ErrorCode::kTensorMismatch,
      fmt::format("{}: the tensor {} holds {}", source.path(), source.stored_name(row),
                  what_is_wrong(largest)),
      "no masks come of such weights: the file is damaged or its training diverged; get it again or use "
      "an earlier checkpoint");
}

}  // namespace relprompt::model
