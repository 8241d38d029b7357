#include "network/score_check.h"

#include <string>

namespace relprompt::network {

void ScoreCheck::features(const torch::Tensor& patches) {
  if (!on_) return;
  const auto size = patches.abs().amax(-1);  // NaN where a number of the patch is
  add(at::isfinite(size).all(), "features of patches that are no numbers (NaN or infinite)");
  add((size > 0).all(), "features of patches that are zero");
}

void ScoreCheck::scores(const torch::Tensor& scores, const torch::Tensor& t) {
  if (!on_) return;
  add(at::isfinite(scores).all(), "scores that are no numbers (NaN or infinite)");
  if (t.size(0) < 2) return;
  add((scores.amax(-1) != scores.amin(-1)).any() | (t == t[0]).all(),
      "the same score for every class at every patch");
}

void ScoreCheck::add(const torch::Tensor& holds, const char* otherwise) {
  faults_.push_back(holds.logical_not());  // no fault where nothing computes: the stand-in for a GPU in tests
  words_.push_back(otherwise);
}

torch::Tensor ScoreCheck::faults() const {
  return faults_.empty() ? torch::Tensor() : torch::stack(faults_);
}

void ScoreCheck::finish() const {
  if (!faults_.empty()) refuse(faults().to(torch::kCPU));
}

void ScoreCheck::refuse(const torch::Tensor& faults) const {
  for (std::size_t i = 0; i < words_.size(); ++i) {
    if (!faults[static_cast<std::int64_t>(i)].item<bool>()) continue;
    throw Error(code_, std::string("the model computes ") + words_[i],
                "its weights are damaged, or too large for their products; import it again or use an earlier "
                "checkpoint");
  }
}

}  // namespace relprompt::network
