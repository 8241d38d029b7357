// What SegmentOptions leave open, from the model's protocol, and what they must not be.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "model/label_protocol.h"
#include "model/logit_scale.h"
#include "segmenter/sliding_window.h"

namespace relprompt::segmenter {
namespace {

constexpr int kMaxSide = 65536;

void require(bool holds, const std::string& message) {
  if (!holds) throw Error(ErrorCode::kBadArgument, message);
}

void require_label(std::size_t label, std::size_t classes, const char* what) {
  require(label < classes,
          fmt::format("{} class {}: there are only {} classes, counted from 0", what, label, classes));
}

void require_score(float score, const char* what) {
  require(std::isfinite(score), fmt::format("{} {}: expected a number", what, score));
}

/// What only a softmax over cosines has.
void resolve_softmax(const model::ModelConfig& config, const model::LabelProtocol& protocol,
                     SegmentOptions& full) {
  if (config.prompts) {
    require(full.logit_scale == 0,
            "a logit scale is given, but the model has trained prompts, whose scores have none");
    require(full.mean == WindowMean::kByModel,
            "a mean over windows is chosen, but the model has trained prompts, whose scores have one");
    return;
  }
  // What is refined are cosines, so these are averaged.
  const bool refined = full.refine == Refinement::kPamr;
  if (full.mean == WindowMean::kByModel) full.mean = refined ? WindowMean::kLogits : protocol.mean;
  require(
      full.logit_scale >= 0 && full.logit_scale <= model::kMaxLogitScale,
      fmt::format("logit scale {}: expected above 0, at most {}", full.logit_scale, model::kMaxLogitScale));
  if (full.logit_scale == 0) full.logit_scale = static_cast<float>(protocol.logit_scale);
}

void resolve_decision(const model::LabelProtocol& protocol, std::size_t classes, SegmentOptions& full) {
  if (!full.unknown_threshold) full.unknown_threshold = protocol.unknown;
  if (full.unknown_threshold) require_score(*full.unknown_threshold, "the threshold of unknown");
  std::vector<std::size_t> labels;
  for (const auto& [label, threshold] : full.class_thresholds) {
    require_label(label, classes, "a threshold's");
    require_score(threshold, "the threshold of a class");
    require(std::find(labels.begin(), labels.end(), label) == labels.end(),
            fmt::format("class {} has two thresholds", label));
    labels.push_back(label);
  }
  if (full.background) require_label(*full.background, classes, "background");
  if (!full.min_area) full.min_area = protocol.min_area;
  require(*full.min_area >= 0 && *full.min_area < 1,
          fmt::format("least area {}: expected a share from 0 to below 1", *full.min_area));
  for (const auto label : full.seen) require_label(label, classes, "seen");
}

void resolve_views(const model::ModelConfig& config, SegmentOptions& full) {
  constexpr double kLeast = 0.1, kMost = 8;
  if (full.scales.empty()) full.scales = {1};
  require(full.scales.size() <= kMaxScales,
          fmt::format("{} scales: expected 1 to {}", full.scales.size(), kMaxScales));
  const auto patch = config.clip.vision.patch;
  std::vector<double> seen;
  for (const double scale : full.scales) {
    // Written so that a NaN is refused.
    require(scale >= kLeast && scale <= kMost,
            fmt::format("scale {}: expected {} to {}", scale, kLeast, kMost));
    require(std::find(seen.begin(), seen.end(), scale) == seen.end(),
            fmt::format("scale {} is given twice; expected each once", scale));
    seen.push_back(scale);
    const auto side = short_side_at(full.short_side, scale);
    require(side >= patch && side <= kMaxSide,
            fmt::format("scale {} of a short side of {} is {} pixels: expected {} (one patch) to {}", scale,
                        full.short_side, side, patch, kMaxSide));
  }
  const bool several = full.scales.size() > 1 || full.flip || full.scales.front() != 1;
  require(!several || full.refine != Refinement::kPamr,
          "scales or mirrored images together with refined scores, which the mean over them has not; "
          "expected one of the two (--refine none, in a config test.refine: none, turns off what the model "
          "asks for)");
}

}  // namespace

int short_side_at(int short_side, double scale) {
  return static_cast<int>(std::min(short_side * scale, 1e9));
}

SegmentOptions resolve_sizes(const SegmentOptions& options, const model::ModelConfig& config) {
  const auto protocol = model::protocol_of(config);
  const bool paper = protocol.mean == WindowMean::kProbabilities;
  SegmentOptions full = options;
  if (full.short_side == 0) full.short_side = protocol.short_side;
  // Windows of the paper's protocol are as large as the image; a tower's own size stays what it is.
  if (full.window == 0) full.window = paper && options.short_side != 0 ? full.short_side : protocol.window;
  const auto patch = config.clip.vision.patch;
  require(
      full.short_side >= patch && full.short_side <= kMaxSide,
      fmt::format("short side {}: expected {} (one patch) to {} pixels", full.short_side, patch, kMaxSide));
  if (full.window == kWholeImage) {
    full.stride = kWholeImage;
    return full;
  }
  if (full.stride == 0 && full.window == protocol.window) full.stride = protocol.stride;
  // The protocol's overlap in proportion to the window.
  if (full.stride == 0) full.stride = std::max(1, paper ? full.window * 426 / 512 : full.window / 2);
  require(full.window >= patch && full.window <= kMaxSide,
          fmt::format("window {}: expected {} (one patch) to {} pixels", full.window, patch, kMaxSide));
  require(full.stride >= 1 && full.stride <= full.window,
          fmt::format("stride {}: expected 1 to {} (the window) pixels", full.stride, full.window));
  return full;
}

SegmentOptions resolve(const SegmentOptions& options, const model::ModelConfig& config, std::size_t classes) {
  const auto protocol = model::protocol_of(config);
  auto full = resolve_sizes(options, config);
  require(full.window_batch >= 0, fmt::format("window batch {}: expected 0 or more", full.window_batch));
  if (full.refine == Refinement::kByModel) full.refine = config.refine;
  resolve_views(config, full);
  resolve_softmax(config, protocol, full);
  resolve_decision(protocol, classes, full);
  return full;
}

SegmentOptions resolve(const SegmentOptions& options, const model::ModelFiles& model, std::size_t classes) {
  auto full = resolve(options, model.config, classes);
  const bool own = !model.config.prompts && full.logit_scale == 0;
  if (own) full.logit_scale = static_cast<float>(model::logit_scale_of(model));
  return full;
}

}  // namespace relprompt::segmenter
