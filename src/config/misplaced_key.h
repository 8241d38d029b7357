// Advice for keys that stand at the top of a run's config and belong into one of its sections, or are what
// other programs call them.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace relprompt::config {

/// "optimizer.rate" for "lr", "train.batch" for "batch": where the value of a key that no config has at its
/// top belongs. Empty if nothing is known.
std::string place_of_key(const std::string& key);

/// Throws Error(kBadArgument) for the first key at the top of the document that place_of_key knows.
void refuse_misplaced_keys(const nlohmann::json& document, const std::string& source);

}  // namespace relprompt::config
