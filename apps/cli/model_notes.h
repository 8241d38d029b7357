// Tells people what opening a model left open, such as values that its files do not state.
#pragma once

#include <string>
#include <vector>

namespace relprompt::cli {

/// A line each on stderr.
void print_model_notes(const std::vector<std::string>& notes);

}  // namespace relprompt::cli
