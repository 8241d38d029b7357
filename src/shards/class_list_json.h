// A class list inside a journal, whole, so that files about all images can be made without the command line.
#pragma once

#include <string>

#include "relprompt/classes.h"

#include "shards/journal.h"

namespace relprompt::shards {

/// {"names": [["road"], ["car", "vehicle"]], "titles": [...] or null, "seen": [...] or null, "background":
/// label or null, "contrast": false}
Json to_json(const ClassList& classes);

/// `source` names the text in messages. Throws Error(kUnreadable) for what to_json does not write.
ClassList class_list_of(const nlohmann::json& json, const std::string& source);

}  // namespace relprompt::shards
