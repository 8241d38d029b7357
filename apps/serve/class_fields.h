// Fields that name classes: the list itself, and scores or labels by class.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "relprompt/classes.h"
#include "relprompt/options.h"

namespace relprompt::serve {

/// "sky, car;vehicle", or a list of such entries or of lists of names. Throws Error(kBadClassList), and for a
/// value of another kind Error(kBadArgument).
ClassList classes_of(const nlohmann::json& value);

/// 0.3, "0.3, road=0.4", or {"": 0.3, "road": 0.4} into thresholds. Throws Error(kBadArgument).
void read_unknown(const nlohmann::json& value, const ClassList& classes, SegmentOptions& options);

/// "auto", "road, 3", or a list of names and labels. Throws Error(kBadArgument).
std::vector<std::size_t> read_seen(const nlohmann::json& value, const ClassList& classes);

/// Text between commas, or a list of texts; blanks around are dropped. Throws Error(kBadArgument).
std::vector<std::string> words_of(const nlohmann::json& value, const std::string& field);

}  // namespace relprompt::serve
