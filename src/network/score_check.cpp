#include "network/score_check.h"

#include <string>

namespace relprompt::network {
namespace {

bool holds_everywhere(const torch::Tensor& holds) {
  return holds.all().item<bool>();
}

[[noreturn]] void refuse(ErrorCode code, const std::string& what) {
  throw Error(code, "the model computes " + what,
              "its weights are damaged, or too large for their products; import it again or use an earlier "
              "checkpoint");
}

}  // namespace

void check_features(const torch::Tensor& patches, ErrorCode code) {
  const auto size = patches.abs().amax(-1);  // NaN where a number of the patch is
  if (!holds_everywhere(at::isfinite(size)))
    refuse(code, "features of patches that are no numbers (NaN or infinite)");
  if (!holds_everywhere(size > 0)) refuse(code, "features of patches that are zero");
}

void check_scores(const torch::Tensor& scores, const torch::Tensor& t, ErrorCode code) {
  if (!holds_everywhere(at::isfinite(scores))) refuse(code, "scores that are no numbers (NaN or infinite)");
  if (t.size(0) < 2 || !holds_everywhere(scores.amax(-1) == scores.amin(-1)) || holds_everywhere(t == t[0]))
    return;
  refuse(code, "the same score for every class at every patch");
}

}  // namespace relprompt::network
