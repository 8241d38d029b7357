#include "network/score_check.h"

#include <string>

namespace relprompt::network {

void ScoreCheck::features(const torch::Tensor& patches) {
  if (!on_) return;
  const auto size = patches.abs().amax(-1);  // NaN where a number of the patch is
  holds_.push_back(at::isfinite(size).all());
  otherwise_.push_back("features of patches that are no numbers (NaN or infinite)");
  holds_.push_back((size > 0).all());
  otherwise_.push_back("features of patches that are zero");
}

void ScoreCheck::scores(const torch::Tensor& scores, const torch::Tensor& t) {
  if (!on_) return;
  holds_.push_back(at::isfinite(scores).all());
  otherwise_.push_back("scores that are no numbers (NaN or infinite)");
  if (t.size(0) < 2) return;
  holds_.push_back((scores.amax(-1) != scores.amin(-1)).any() | (t == t[0]).all());
  otherwise_.push_back("the same score for every class at every patch");
}

void ScoreCheck::finish() const {
  if (holds_.empty()) return;
  const auto holds = torch::stack(holds_).to(torch::kCPU);
  for (std::size_t i = 0; i < holds_.size(); ++i) {
    if (holds[static_cast<std::int64_t>(i)].item<bool>()) continue;
    throw Error(code_, std::string("the model computes ") + otherwise_[i],
                "its weights are damaged, or too large for their products; import it again or use an earlier "
                "checkpoint");
  }
}

}  // namespace relprompt::network
