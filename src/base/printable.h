// Text from files, file names and class names as it may reach a person: nothing in it steers a terminal, and
// nothing invisible makes it read as something else.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace relprompt {

/// True for characters that are never shown as they are: controls, line and paragraph separators, overrides
/// of the writing direction, and others without a mark of their own. Joiners and variation selectors, which
/// ordinary words and emoji hold, are shown.
bool is_hidden(std::int32_t character);

/// Hidden characters become \xNN, \uNNNN or \UNNNNNNNN, and what is no UTF-8 the replacement character. Line
/// breaks stay where keep_lines says so.
std::string printable(std::string_view text, bool keep_lines = false);

}  // namespace relprompt
