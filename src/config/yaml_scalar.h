// What a plain word of YAML means: YAML 1.2's core schema, which has no surprises such as "no" for false.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace relprompt::config {

/// The value of an unquoted scalar: null, a truth value, a number, else its text. Infinite numbers, "not a
/// number" and numbers that no 64-bit type holds give a discarded value.
nlohmann::json plain_value(const std::string& text);

/// True for text that comes back as it is after it was written and read: UTF-8 without zeros, which end a
/// path, and without Unicode's noncharacters, which the writer would replace.
bool is_storable(std::string_view text);

}  // namespace relprompt::config
