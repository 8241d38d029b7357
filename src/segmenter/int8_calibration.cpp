#include "segmenter/int8_calibration.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "segmenter/sliding_window.h"

namespace relprompt::segmenter {
namespace {

using kernels::Precision;

/// Images with the labels that fp32 gives them.
struct Labelled {
  std::vector<std::size_t> images;
  std::vector<LabelMap> labels;
};

class Calibrator {
 public:
  Calibrator(const model::ModelFiles& model, const ClassEmbeddings& classes,
             const std::function<Image(std::size_t)>& image, const QuantizeProgress& progress)
      : model_(model),
        clip_(model.config.clip),
        classes_(classes),
        image_(image),
        progress_(progress),
        options_(resolve({}, model.config, classes.classes())) {}

  /// Labels the images in fp32; sums gets what entered the layers on the way.
  Labelled label(std::vector<std::size_t> images, std::vector<kernels::ActivationStatistics>& sums,
                 const std::string& pass) {
    const engine::Network network(model_, Precision::kFp32);
    EngineScorer scorer(network);
    if (!sums.empty()) scorer.workspace().encoder.sums = &sums;
    Labelled result{std::move(images), {}};
    for_each(result, pass,
             [&](std::size_t, const Image& image) { result.labels.push_back(labels_of(scorer, image)); });
    return result;
  }

  /// Share of pixels that int8 labels as fp32 does.
  double agreement(const Labelled& images, const std::optional<model::Int8Refinement>& refinement,
                   const std::string& pass) {
    const engine::Network network(model_, Precision::kInt8,
                                  model::packings_of(clip_, Precision::kInt8, refinement));
    EngineScorer scorer(network);
    std::size_t equal = 0, all = 0;
    for_each(images, pass, [&](std::size_t i, const Image& image) {
      const auto& exact = images.labels[i].labels;
      const auto rounded = labels_of(scorer, image).labels;
      for (std::size_t k = 0; k < exact.size(); ++k) equal += exact[k] == rounded[k] ? 1 : 0;
      all += exact.size();
    });
    return static_cast<double>(equal) / static_cast<double>(all);
  }

  /// Share of pixels that agree with the means or without, whichever is better; in the latter case they
  /// become zeros. Where rounding hardly matters, means may do harm by chance.
  double keep_means_that_help(const Labelled& images, model::Int8Refinement& refinement) {
    const double with = agreement(images, refinement, "int8 with means"),
                 without = agreement(images, std::nullopt, "int8 without");
    if (with >= without) return with;
    for (auto& mean : refinement.means) std::fill(mean.begin(), mean.end(), 0.0f);
    return without;
  }

  /// Keeps layers in bfloat16, the ones that alone help most first, until the images agree; false if no
  /// layers are left.
  bool keep_layers(const Labelled& images, double wanted, model::Int8Refinement& refinement) {
    for (const auto layer : by_gain(images, refinement)) {
      refinement.bf16_layers.push_back(layer);
      std::sort(refinement.bf16_layers.begin(), refinement.bf16_layers.end());
      const auto pass = std::to_string(refinement.bf16_layers.size()) + " in bf16";
      if (agreement(images, refinement, pass) >= wanted) return true;
    }
    return false;
  }

 private:
  std::vector<std::int64_t> by_gain(const Labelled& images, const model::Int8Refinement& refinement) {
    std::vector<double> found;
    for (std::int64_t layer = 1; layer <= clip_.vision.layers; ++layer) {
      found.push_back(agreement(images, model::Int8Refinement{refinement.means, {layer}},
                                "layer " + std::to_string(layer) + " in bf16"));
    }
    std::vector<std::int64_t> order(found.size());
    std::iota(order.begin(), order.end(), 1);
    std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
      return found[static_cast<std::size_t>(a - 1)] > found[static_cast<std::size_t>(b - 1)];
    });
    return order;
  }

  LabelMap labels_of(EngineScorer& scorer, const Image& image) {
    return segment_image(scorer, model_.config, classes_, image, options_, {}).labels;
  }

  template <typename F>
  void for_each(const Labelled& images, const std::string& pass, const F& f) {
    const auto total = images.images.size();
    for (std::size_t i = 0; i < total; ++i) {
      if (progress_) progress_(pass, i, total);
      f(i, image_(images.images[i]));
    }
    if (progress_) progress_(pass, total, total);
  }

  const model::ModelFiles& model_;
  const model::ClipConfig& clip_;
  const ClassEmbeddings& classes_;
  const std::function<Image(std::size_t)>& image_;
  const QuantizeProgress& progress_;
  SegmentOptions options_;
};

}  // namespace

Calibration calibrate(const model::ModelFiles& model, const ClassEmbeddings& classes, std::size_t images,
                      const std::function<Image(std::size_t)>& image, double agreement,
                      const QuantizeProgress& progress) {
  std::vector<std::size_t> even, odd;
  for (std::size_t i = 0; i < images; ++i) (i % 2 == 0 ? even : odd).push_back(i);
  if (odd.empty()) odd = even;

  Calibrator calibrator(model, classes, image, progress);
  std::vector<kernels::ActivationStatistics> sums(static_cast<std::size_t>(model.config.clip.vision.layers)),
      none;
  const auto seen = calibrator.label(std::move(even), sums, "fp32, for means");
  const auto tested = calibrator.label(std::move(odd), none, "fp32, to compare");
  Calibration result;
  result.refinement.means = model::means_of(sums, model.config.clip);
  auto& report = result.report;
  report.calibration_images = seen.images.size();
  report.tested_images = tested.images.size();
  const double reached = calibrator.keep_means_that_help(seen, result.refinement);
  if (reached < agreement) report.reached = calibrator.keep_layers(seen, agreement, result.refinement);
  const auto& first = result.refinement.means.front();
  report.means = std::any_of(first.begin(), first.end(), [](float mean) { return mean != 0; });
  report.before = calibrator.agreement(tested, std::nullopt, "int8 before");
  report.after = calibrator.agreement(tested, result.refinement, "int8 after");
  for (const auto layer : result.refinement.bf16_layers) {
    report.layers_in_bf16.push_back(static_cast<int>(layer));
  }
  return result;
}

}  // namespace relprompt::segmenter
