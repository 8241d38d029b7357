// Text of the formats: long lists of numbers as text at once, since a tree of JSON values takes ten times
// their size.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "formats/rings.h"

namespace relprompt::formats {

using Json = nlohmann::ordered_json;  // keys in the order in which a reader wants them

/// The members of an object, without braces and on one line; what is no UTF-8 as base/json_output.h says.
std::string members(const Json& object);
/// A string in quotes.
std::string quoted(const std::string& text);

void append_number(std::string& text, std::uint64_t number);
/// Without a fraction where there is none, else up to 9 digits.
void append_number(std::string& text, double number);

/// "[x,y,x,y]".
std::string flat_ring(const Ring& ring);
/// "[[x,y],[x,y]]", each times a factor; closed: with the first point again at the end.
std::string nested_ring(const Ring& ring, double factor_x, double factor_y, bool closed);

}  // namespace relprompt::formats
