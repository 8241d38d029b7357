// Parameters and AdamW's moments in a file, with whatever else a run needs to continue exactly. What training
// of prompts and pretraining share.
//
// NAME, NAME.exp_avg and NAME.exp_avg_sq for each trained parameter; "format" and, as a JSON object, "state"
// in the metadata. No time stamps and no paths: equal states have equal files.
#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include <torch/torch.h>

#include "train/parameter_groups.h"

namespace relprompt::train {

/// Replaces the file as a whole; an older one stays if this fails. `state` is a JSON object without "steps".
/// Throws Error: kNotWritable, kDiskFull.
void save_optimizer_state(const std::filesystem::path& file, const std::string& format,
                          const std::vector<ParameterGroup>& groups, torch::optim::AdamW& optimizer,
                          nlohmann::json state);

/// Puts parameters and moments back. `accept` gets the state first, when the tensors are known to fit; what
/// it throws comes out and nothing has been changed. False if there is no file. Throws Error: codes of exit
/// status 4 for a file that is damaged, of another format or of other parameters, naming all that differ.
bool load_optimizer_state(const std::filesystem::path& file, const std::string& format,
                          const std::vector<ParameterGroup>& groups, torch::optim::AdamW& optimizer,
                          const std::function<void(const nlohmann::json& state)>& accept);

}  // namespace relprompt::train
