#include "engine/score_check.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "relprompt/error.h"

#include "kernels/magnitude.h"

namespace relprompt::engine {
namespace {

[[noreturn]] void refuse(const std::string& what) {
  throw Error(ErrorCode::kTensorMismatch, "the model computes " + what,
              "its weights are damaged, or too large for their products; import it again or use an earlier "
              "checkpoint");
}

/// Whether rows 1 .. count - 1 of `size` numbers equal row 0.
bool all_equal(const float* rows, std::int64_t count, std::int64_t size) {
  for (std::int64_t i = 1; i < count; ++i) {
    if (!std::equal(rows, rows + size, rows + i * size)) return false;
  }
  return true;
}

}  // namespace

void check_features(const std::vector<float>& patches, std::int64_t width) {
  if (!std::isfinite(kernels::largest_magnitude(patches.data(), static_cast<std::int64_t>(patches.size())))) {
    refuse("features of patches that are no numbers (NaN or infinite)");
  }
  for (auto patch = patches.begin(); patch != patches.end(); patch += width) {
    if (std::all_of(patch, patch + width, [](float x) { return x == 0; })) {
      refuse("features of patches that are zero");
    }
  }
}

void check_scores(const float* scores, std::int64_t batch, std::int64_t patches, const Texts& texts,
                  std::int64_t width) {
  const auto size = texts.count * patches;
  if (!std::isfinite(kernels::largest_magnitude(scores, batch * size))) {
    refuse("scores that are no numbers (NaN or infinite)");
  }
  if (texts.count < 2) return;
  for (std::int64_t b = 0; b < batch; ++b) {
    if (!all_equal(scores + b * size, texts.count, patches)) return;
  }
  if (all_equal(texts.rows, texts.count, width)) return;
  refuse("the same score for every class at every patch");
}

}  // namespace relprompt::engine
