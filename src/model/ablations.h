// Which switches of a model differ from the plain method: what a table of ablations calls the model.
#pragma once

#include <string>
#include <vector>

#include "model/model_config.h"

namespace relprompt::model {

/// "apg linear", "m2oe.rank 6" and the like, by the keys of config.json, for every setting of the prompts
/// that is not its default. Method, variant and sizes are no ablations and not listed.
std::vector<std::string> ablations_of(const ModelConfig& config);

}  // namespace relprompt::model
