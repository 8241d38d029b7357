// How much the mixture of experts (M2oE) changes the patches that prompts are made of: next to nothing would
// explain why tables with and without it are alike.
#pragma once

#include <filesystem>
#include <vector>

#include "config/run_config.h"

namespace relprompt::experiments {

/// For each layer that gives prompts, ||M2oE(p) - p|| / ||p|| (Frobenius), p [N, D] the normalised patches,
/// as the mean over some images of the config's test set. `model` is a model folder with M2oE. Throws Error:
/// as model::open_model and evaluate_model.
std::vector<double> m2oe_updates(const config::RunConfig& config, const std::filesystem::path& model);

}  // namespace relprompt::experiments
