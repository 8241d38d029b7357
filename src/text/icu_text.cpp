#include "text/icu_text.h"

#include <fmt/format.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>

#include "relprompt/error.h"

#include "text/limits.h"

namespace relprompt::text {
namespace {

void check(UErrorCode status) {
  if (U_FAILURE(status)) throw Error(ErrorCode::kInternal, fmt::format("ICU: {}", u_errorName(status)));
}

}  // namespace

icu::UnicodeString from_utf8(std::string_view text) {
  if (text.size() > kMaxTextBytes) {
    throw Error(ErrorCode::kTextTooLong,
                fmt::format("a text of {} bytes; at most {} are read", text.size(), kMaxTextBytes));
  }
  return icu::UnicodeString::fromUTF8({text.data(), static_cast<int32_t>(text.size())});
}

icu::UnicodeString compose(const icu::UnicodeString& text) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* nfc = icu::Normalizer2::getNFCInstance(status);
  check(status);
  icu::UnicodeString composed = nfc->normalize(text, status);
  check(status);
  return composed;
}

icu::UnicodeString compose_compatible(const icu::UnicodeString& text) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* nfkc = icu::Normalizer2::getNFKCInstance(status);
  check(status);
  icu::UnicodeString composed = nfkc->normalize(text, status);
  check(status);
  return composed;
}

icu::UnicodeString collapse_white_space(const icu::UnicodeString& text) {
  icu::UnicodeString collapsed;
  bool pending = false;
  for (int32_t at = 0; at < text.length(); at = text.moveIndex32(at, 1)) {
    const UChar32 character = text.char32At(at);
    if (u_isUWhiteSpace(character)) {
      pending = !collapsed.isEmpty();
      continue;
    }
    if (pending) collapsed.append(static_cast<UChar32>(' '));
    pending = false;
    collapsed.append(character);
  }
  return collapsed;
}

std::string to_utf8(const icu::UnicodeString& text) {
  std::string utf8;
  return text.toUTF8String(utf8);
}

}  // namespace relprompt::text
