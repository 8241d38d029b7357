// The `data` section of a config: which images a run is trained and tested on, and which classes it is
// shown. Without LibTorch, because `relprompt data check` needs nothing else of a config.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "relprompt/classes.h"

#include "base/json_fields.h"
#include "data/dataset.h"

namespace relprompt::config {

struct DataConfig {
  std::optional<data::DatasetSpec> train;  ///< absent in a config that only tests
  std::optional<data::DatasetSpec> test;   ///< absent: nothing is tested but the held-out part
  /// Share of the training images that is kept out of training and decides which checkpoint is best, in
  /// [0, 0.5]; drawn by the seed.
  double held_out = 0.05;
  std::size_t train_samples = 0;  ///< only the first so many images of the training list; 0: all
  /// Titles of the unseen classes; absent: those of the data set's own zero-shot split, if it has one. An
  /// empty list: no split.
  std::optional<std::vector<std::string>> unseen;
};

/// Reads the section; unknown keys are errors, also kinds of data sets and encodings that do not exist.
/// Throws an Error of the fields' code.
DataConfig read_data(JsonFields fields);
/// The section again, every value spelled out; what is absent is null.
nlohmann::ordered_json to_json(const DataConfig& data);

/// Label of the class with this title, or else with this name: what a data set's class was called before, or
/// elsewhere, still finds it. The background's names are phrases and find nothing. what: the key, for
/// messages. Throws Error(kBadClassList) that names the nearest title.
std::size_t label_called(const std::string& name, const ClassList& classes, const std::string& what);

/// The classes with `seen` as the config says. Throws Error(kBadClassList) for an unseen title that is no
/// class (naming the nearest one) or occurs twice, and if no class stays seen.
ClassList with_split(const ClassList& classes, const DataConfig& data);

}  // namespace relprompt::config
