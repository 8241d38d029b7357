// Text as CLIP's training saw it: repaired, composed, in single blanks and lower case.
#pragma once

#include <string>
#include <string_view>

namespace relprompt::text {

/// Cleans UTF-8 text in this order: HTML references unescaped twice; invalid bytes replaced by U+FFFD;
/// control characters dropped; Latin ligatures, full- and half-width forms and curly quotes replaced by plain
/// ones; NFC; every run of white space one blank, none at the ends; lower case with context (final sigma), in
/// no particular language. The result is valid UTF-8. CLIP's ftfy would also repair mojibake; we do not
/// guess. Throws Error(kTextTooLong) beyond kMaxTextBytes (limits.h).
std::string clean(std::string_view text);

}  // namespace relprompt::text
