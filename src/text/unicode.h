// Small Unicode services over ICU for UTF-8 text: validity, trimming, a key for "the same name", and short
// quotations for messages.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace relprompt::text {

/// Offset of the first byte that is not part of valid UTF-8; npos if there is none.
std::size_t find_invalid_utf8(std::string_view text);

/// The text without Unicode white space at both ends. Invalid bytes count as ordinary characters.
std::string_view trim(std::string_view text);
std::string_view trim_start(std::string_view text);

/// True if the last character is Unicode white space.
bool ends_with_white_space(std::string_view text);

/// Runs of Unicode white space as one blank, none at the ends. Invalid bytes become U+FFFD.
std::string collapse_blanks(std::string_view text);

/// A key that is equal for texts which differ only in case, white space or Unicode composition: NFC, full
/// case folding, runs of white space as one blank, none at the ends.
std::string comparison_key(std::string_view text);

/// The text in single quotes for a message: at most about 60 bytes, cut between characters, with hidden
/// characters (base/printable.h) and invalid bytes as '?', so that hostile text cannot steer a terminal.
std::string excerpt(std::string_view text);

}  // namespace relprompt::text
