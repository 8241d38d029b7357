#include "rpm/merge.h"

namespace relprompt::rpm {

torch::Tensor merged(const torch::Tensor& tokens, const torch::Tensor& m, const torch::Tensor& prompt,
                     model::Merge merge) {
  const auto r = torch::matmul(m.softmax(-1), prompt);
  const auto x = tokens.narrow(1, 1, tokens.size(1) - 1);
  const auto patches = merge == model::Merge::kAddition ? x + r : x * (1 + r);
  return torch::cat({tokens.narrow(1, 0, 1), patches}, 1);
}

}  // namespace relprompt::rpm
