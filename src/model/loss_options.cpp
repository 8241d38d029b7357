#include "model/loss_options.h"

#include <cmath>

#include <fmt/format.h>

#include "relprompt/error.h"

namespace relprompt::model {
namespace {

void check_range(const char* field, double value, double highest) {
  if (std::isfinite(value) && value >= 0 && value <= highest) return;
  const auto range = std::isinf(highest) ? std::string("0 or more") : fmt::format("0 to {}", highest);
  throw Error(ErrorCode::kBadArgument, fmt::format("loss {} = {}: expected {}", field, value, range));
}

}  // namespace

void check(const SigmoidLossOptions& options) {
  check_range("focal_weight", options.focal_weight, HUGE_VAL);
  check_range("dice_weight", options.dice_weight, HUGE_VAL);
  check_range("alpha", options.alpha, 1);
  check_range("gamma", options.gamma, HUGE_VAL);
}

}  // namespace relprompt::model
