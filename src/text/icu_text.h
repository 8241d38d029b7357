// The few ICU operations of this area, with ICU's status codes turned into errors.
#pragma once

#include <string>
#include <string_view>

#include <unicode/unistr.h>

namespace relprompt::text {

/// Bytes that are no valid UTF-8 become U+FFFD. Throws Error(kTextTooLong) beyond kMaxTextBytes (limits.h).
icu::UnicodeString from_utf8(std::string_view text);

/// Canonical composition (NFC).
icu::UnicodeString compose(const icu::UnicodeString& text);

/// Compatibility composition (NFKC): also full-width and ligature forms become plain.
icu::UnicodeString compose_compatible(const icu::UnicodeString& text);

/// Runs of Unicode white space as one blank, none at the ends.
icu::UnicodeString collapse_white_space(const icu::UnicodeString& text);

/// UTF-8 bytes of the text; unpaired surrogates become U+FFFD.
std::string to_utf8(const icu::UnicodeString& text);

}  // namespace relprompt::text
