// Data sets from outside that regimes name, such as images of roads: where they lie, and what identifies them
// wherever they lie.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "relprompt/experiments.h"

#include "config/run_config.h"
#include "experiments/suite.h"

namespace relprompt::experiments {

/// Tells the regimes where their data sets are. Throws Error(kBadArgument) for a name that no regime takes,
/// or that is given twice.
void attach_data(Suite& suite, const std::vector<DataFolder>& given);

/// What a data set holds.
struct DataFacts {
  std::string sha256;  ///< over names and sizes of all visible files, and the text files' bytes
  std::size_t training = 0, test = 0;  ///< images
};

/// Opens both parts of the config's data in the regime's folder. Throws Error, naming the regime's data set:
/// kNotFound for a folder that is not there or not laid out as the config's kind of set, kUnreadable,
/// kBadClassList; kBadArgument for a config that lacks a part or a zero-shot protocol without unseen classes.
DataFacts look_at_data(const Regime& regime, const config::RunConfig& config, const std::string& where);

/// The config with the folder of the regime's data set as both roots.
config::RunConfig with_data(const Regime& regime, config::RunConfig config);

}  // namespace relprompt::experiments
