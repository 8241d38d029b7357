// Base64 of RFC 4648 for images and masks inside JSON.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace relprompt::serve {

std::string to_base64(std::string_view bytes);

/// Line breaks and blanks between characters are skipped, padding may be missing; nullopt for anything else
/// that is no base64, and for unused bits that are not zero.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace relprompt::serve
