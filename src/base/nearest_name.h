// "Did you mean": the known name that a mistyped one most resembles.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace relprompt {

/// The name with the fewest edits (a character inserted, removed, replaced, or two neighbours swapped; ASCII
/// case ignored) from `wanted`, the first of several; empty if the best takes more edits than a third of the
/// longer word (one is always allowed, in words of two characters or more).
std::string nearest_name(std::string_view wanted, const std::vector<std::string>& names);

/// "; did you mean NAME?" for the end of a message, with the nearest name, or else those that begin with
/// `wanted` (at most 4: "; did you mean A or B?"). Empty if there is none.
std::string suggestion(std::string_view wanted, const std::vector<std::string>& names);

}  // namespace relprompt
