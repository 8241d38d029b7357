#include "gradient_check.h"

#include <algorithm>
#include <cmath>

namespace relprompt::test {
namespace {

constexpr double kStep = 1e-5;
constexpr std::int64_t kPositions = 5;

double central_difference(double* value, const std::function<torch::Tensor()>& f) {
  const torch::NoGradGuard no_grad;
  const double kept = *value;
  *value = kept + kStep;
  const double above = f().item<double>();
  *value = kept - kStep;
  const double below = f().item<double>();
  *value = kept;
  return (above - below) / (2 * kStep);
}

}  // namespace

testing::AssertionResult gradients_match(torch::nn::Module& module, const std::function<torch::Tensor()>& f) {
  module.zero_grad();
  f().backward();
  std::size_t checked = 0;
  for (auto& parameter : module.named_parameters()) {
    auto& value = parameter.value();
    if (!value.requires_grad()) continue;
    if (!value.grad().defined()) return testing::AssertionFailure() << parameter.key() << " got no gradient";
    const auto gradient = value.grad().contiguous();
    const double scale = std::max(1.0, gradient.abs().max().item<double>());
    for (std::int64_t i = 0; i < kPositions; ++i) {
      const std::int64_t at = i * (value.numel() - 1) / (kPositions - 1);
      const double expected = central_difference(value.data_ptr<double>() + at, f);
      const double found = gradient.data_ptr<double>()[at];
      if (!(std::abs(found - expected) <= 1e-6 * scale)) {
        return testing::AssertionFailure() << parameter.key() << " at " << at << ": gradient " << found
                                           << ", central difference " << expected;
      }
      ++checked;
    }
  }
  if (checked == 0) return testing::AssertionFailure() << "no parameter asks for a gradient";
  return testing::AssertionSuccess();
}

}  // namespace relprompt::test
