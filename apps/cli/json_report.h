// What the --json options print: the facts of a model or a class list as JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "relprompt/classes.h"
#include "relprompt/model.h"

namespace relprompt::cli {

using Json = nlohmann::ordered_json;  // keys in the order in which a reader wants them

/// Indented text with a final line break, by the rules of base/json_output.h.
std::string to_text(const Json& document);

Json json_of(const ModelInfo& info);
/// With all class names.
Json json_of(const Vocabulary& entry);
/// Without class names.
Json json_of(const std::vector<Vocabulary>& entries);

}  // namespace relprompt::cli
