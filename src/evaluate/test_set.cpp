#include "evaluate/test_set.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "relprompt/error.h"

#include "segmenter/sliding_window.h"

namespace relprompt::evaluate {
namespace {

/// The classes with what the config has the text tower read for them.
ClassList named_as(const config::RunConfig& config, ClassList classes) {
  if (config.class_names.empty() && !config.join_words && config.test.background.empty()) return classes;
  std::vector<std::string> titles;
  for (std::size_t label = 0; label < classes.size(); ++label) titles.push_back(classes.title(label));
  classes.titles = std::move(titles);
  const auto own = classes;  // by whose names classes are found
  for (const auto& [title, names] : config.class_names)
    classes.names[config::label_called(title, own, "'class_names'")] = names;
  if (!config.test.background.empty())
    classes.background = config::label_called(config.test.background, own, "'background'");
  if (!config.join_words) return classes;
  for (auto& names : classes.names) {
    for (auto& name : names) name.erase(std::remove(name.begin(), name.end(), ' '), name.end());
  }
  return classes;
}

data::DatasetSpec placed(const std::optional<data::DatasetSpec>& wanted, const config::RunConfig& config,
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
  return spec;
}

OpenSet open_set(const data::DatasetSpec& spec, const config::RunConfig& config) {
  OpenSet set;
  set.dataset = data::open_dataset(spec);
  set.classes = named_as(config, config::with_split(set.dataset->classes(), config.data));
  set.name = spec.kind == "folder" ? spec.root.filename().string() : spec.kind;
  set.split = spec.split;
  return set;
}

}  // namespace

OpenSet open_training_set(const config::RunConfig& config) {
  return open_set(placed(config.data.train, config, "train"), config);
}

OpenSet open_test_set(const config::RunConfig& config) {
  return open_set(placed(config.data.test, config, "test"), config);
}

std::unique_ptr<data::Dataset> open_for_self_training(const config::RunConfig& config) {
  auto spec = placed(config.data.train, config, "train");
  spec.background = config.self_training.background;
  return data::open_dataset(spec);
}

SegmentOptions test_options(const config::RunConfig& config, const model::ModelConfig& model,
                            const ClassList& classes) {
  SegmentOptions options;
  options.short_side = config.test.short_side;
  options.window = config.test.window;
  options.stride = config.test.stride;
  if (!model.prompts) {  // others have none, also where a config of a bare CLIP measures them
    options.logit_scale = static_cast<float>(config.test.logit_scale);
    options.mean = config.test.mean;
  }
  if (config.test.unknown) options.unknown_threshold = static_cast<float>(*config.test.unknown);
  if (config.test.min_area) options.min_area = static_cast<float>(*config.test.min_area);
  options.refine = config.test.refine;
  options.scales = config.test.scales;
  options.flip = config.test.flip;
  options.background = classes.background;
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
