// Advice for keys of a run's config that belong into one of its sections, or into another one, or are what
// other programs call them.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace relprompt::config {

/// "optimizer.rate" for "lr", "train.batch" for "batch": where the value of a key that no config has at its
/// top belongs, or that its section does not have. Empty if nothing is known.
std::string place_of_key(const std::string& key);

/// Throws Error(kBadArgument) for the first key that place_of_key knows at the top of the document, or in one
/// of the sections train, optimizer and augment that has no such key ("train.lr").
void refuse_misplaced_keys(const nlohmann::json& document, const std::string& source);

}  // namespace relprompt::config
