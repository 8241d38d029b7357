// A JSON value inside a message: enough of it to recognise, however large it is.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace relprompt {

/// The first bytes of a UTF-8 text, at most `most`, cut between characters.
std::string_view start_of(std::string_view text, std::size_t most);

/// The value as JSON in one line, cut after about `most` bytes, between characters, with "..." behind. Takes
/// time for what is shown only. Bytes that are no UTF-8 become U+FFFD.
std::string json_excerpt(const nlohmann::json& value, std::size_t most = 60);

}  // namespace relprompt
