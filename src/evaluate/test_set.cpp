#include "evaluate/test_set.h"

#include <filesystem>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "relprompt/error.h"

#include "segmenter/sliding_window.h"

namespace relprompt::evaluate {
namespace {

OpenSet open_set(const std::optional<data::DatasetSpec>& wanted, const config::RunConfig& config,
                 const char* part) {
  if (!wanted) {
    throw Error(ErrorCode::kBadArgument, fmt::format("the config has no data.{}", part),
                fmt::format("add data.{}: {{kind: ..., split: ...}}", part));
  }
  auto spec = *wanted;
  if (spec.root.empty()) spec.root = config.paths.data;
  if (spec.root.empty()) {
    throw Error(ErrorCode::kBadArgument,
                fmt::format("where the {} set ({}) lies is not known", part, spec.kind), "add --data FOLDER");
  }
  OpenSet set;
  set.dataset = data::open_dataset(spec);
  set.classes = config::with_split(set.dataset->classes(), config.data);
  set.name = spec.kind == "folder" ? spec.root.filename().string() : spec.kind;
  set.split = spec.split;
  return set;
}

}  // namespace

OpenSet open_training_set(const config::RunConfig& config) {
  return open_set(config.data.train, config, "train");
}

OpenSet open_test_set(const config::RunConfig& config) {
  return open_set(config.data.test, config, "test");
}

SegmentOptions test_options(const config::RunConfig& config, const model::ModelConfig& model,
                            const ClassList& classes) {
  SegmentOptions options;
  options.short_side = config.test.short_side;
  options.window = config.test.window;
  options.stride = config.test.stride;
  options.calibration = static_cast<float>(config.test.calibration);
  for (std::size_t label = 0; eval::is_zero_shot(config.setting) && label < classes.seen.size(); ++label) {
    if (classes.seen[label]) options.seen.push_back(label);
  }
  return segmenter::resolve(options, model, classes.size());
}

std::string describe(const model::Normalisation& image) {
  const auto equals = [&](const model::Normalisation& other) {
    return image.mean == other.mean && image.std == other.std;
  };
  if (equals(model::Normalisation::clip())) return "CLIP";
  if (equals(model::Normalisation::image_net())) return "ImageNet";
  return fmt::format("mean {}, deviation {}", fmt::join(image.mean, " "), fmt::join(image.std, " "));
}

}  // namespace relprompt::evaluate
