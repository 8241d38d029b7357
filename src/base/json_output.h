// JSON as this project writes it. JSON is Unicode, file names on Linux are bytes: one that is no UTF-8 keeps
// its bytes in a key of its own, or a program could not find the file again.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace relprompt {

/// The document as text, without a line break at its end; indent as in Json::dump. What is no UTF-8 in a
/// string becomes the replacement character, and the object that holds the string, or the list of strings,
/// under KEY gets a further member KEY_bytes: the bytes, percent-encoded (percent_encoded), of the string or
/// of every string of the list. Characters that people do not see (is_hidden) are written as \uNNNN.
std::string json_text(const nlohmann::ordered_json& document, int indent = -1);
std::string json_text(const nlohmann::json& document, int indent = -1);

/// Printable ASCII but blanks and '%' stays, every other byte becomes %NN, as in addresses of the Web.
std::string percent_encoded(std::string_view bytes);

/// The bytes again; nullopt if a '%' is not followed by two hexadecimal digits.
std::optional<std::string> percent_decoded(std::string_view text);

}  // namespace relprompt
