#include "engine/resclip_feedback.h"

#include "base/stage_timer.h"
#include "engine/label_attention.h"
#include "engine/neighbourhood.h"
#include "engine/patch_labels.h"
#include "kernels/linear.h"

namespace relprompt::engine {
namespace {

/// scores -> total ((1 - share) scores + share feedback) + neighbourhood; no feedback where one of the two is
/// no patch.
class Feedback : public kernels::ScoreEdit {
 public:
  Feedback(const LayerState& state, std::vector<LabelAttention> images, const model::ResClipOptions& options)
      : layout_(state.layout),
        near_(state),
        images_(std::move(images)),
        own_(static_cast<float>(options.feedback_total * (1 - options.feedback_share))),
        suggested_(static_cast<float>(options.feedback_total * options.feedback_share)) {}

  void edit(std::int64_t image, std::int64_t begin, std::int64_t end, float* scores,
            std::int64_t stride) const override {
    for (auto token = begin; token < end; ++token) {
      float* row = scores + (token - begin) * stride;
      for (std::int64_t j = 0; j < layout_.tokens; ++j) row[j] *= own_;
      if (token < layout_.first_patch) continue;
      images_[static_cast<std::size_t>(image)].add_row(token - layout_.first_patch, suggested_,
                                                       row + layout_.first_patch);
    }
    near_.edit(image, begin, end, scores, stride);
  }

 private:
  TokenLayout layout_;
  Neighbourhood near_;
  std::vector<LabelAttention> images_;
  float own_, suggested_;
};

}  // namespace

void ResClipFeedback::run(const HeadInput& input, float* y, EncoderWorkspace& workspace) const {
  ResClip::run(input, y, workspace);
  const auto& state = input.state;
  const auto& asked = workspace.asked;
  if (asked.count == 0) return;
  const StageTimer timer(Stage::kAttention);
  const auto n = state.layout.patches(), e = input.encoder.joint(), d = last_.width(),
             pixels = 3 * input.images.height * input.images.width;
  std::vector<float> features(static_cast<std::size_t>(n * e)),
      cosines(static_cast<std::size_t>(n * asked.count));
  std::vector<LabelAttention> images;
  kernels::Buffer<float> memory;
  for (std::int64_t b = 0; b < state.batch; ++b) {
    const float* first = y + (b * state.layout.tokens + state.layout.first_patch) * d;
    input.encoder.project(first, n, features.data(), memory);
    kernels::linear(features.data(), n, e, asked.rows, nullptr, asked.count, cosines.data());
    const NamedPatches named = {input.images.pixels + b * pixels,
                                {input.images.height, input.images.width},
                                state.grid,
                                patch_,
                                cosines.data(),
                                asked.count};
    images.emplace_back(patch_labels(named, options_.label_scale, options_.label_threshold), state.grid);
  }
  mix(state, Feedback(state, std::move(images), options_), y, workspace);
}

}  // namespace relprompt::engine
