// relprompt::KeptScores.
#include <fmt/format.h>

#include "relprompt/error.h"

#include "api/errors.h"
#include "api/kept_scores_impl.h"
#include "api/model_impl.h"
#include "kernels/threads.h"

namespace relprompt {
namespace {

/// The options of the pass, with what labels are made by from the others.
SegmentOptions relabelling(const SegmentOptions& pass, const SegmentOptions& asked,
                           std::optional<std::size_t> background) {
  auto options = pass;
  options.seen = asked.seen;
  options.calibration = asked.calibration;
  options.unknown_threshold = asked.unknown_threshold;
  options.class_thresholds = asked.class_thresholds;
  options.min_area = asked.min_area;
  options.background = asked.background ? asked.background : background;
  return options;
}

}  // namespace

Segmentation KeptScores::label(const SegmentOptions& options, const ScoreSink& scores) const {
  return api::guarded([&] {
    const kernels::ThreadScope scope(impl_->model.impl_->threads);
    const auto full = impl_->model.resolve(options, class_count());
    return segmenter::label_image(impl_->scored, relabelling(impl_->pass, full, impl_->background), scores);
  });
}

std::vector<float> KeptScores::plane(std::size_t label, const SegmentOptions& options) const {
  return api::guarded([&] {
    if (label >= class_count()) {
      throw Error(ErrorCode::kBadArgument,
                  fmt::format("there is no class {}: labels are 0 to {}", label, class_count() - 1));
    }
    const kernels::ThreadScope scope(impl_->model.impl_->threads);
    const auto full = impl_->model.resolve(options, class_count());
    return segmenter::score_plane(impl_->scored, relabelling(impl_->pass, full, impl_->background), label);
  });
}

std::size_t KeptScores::class_count() const {
  return impl_->scored.task.first.size() - 1;
}

std::size_t KeptScores::bytes() const {
  const auto& scored = impl_->scored;
  std::size_t numbers = scored.input.size();
  for (const auto& scores : scored.scores) numbers += scores.size();
  return sizeof(Impl) + numbers * sizeof(float) + scored.task.first.size() * sizeof(std::size_t);
}

}  // namespace relprompt
