#include "config/yaml_scalar.h"

#include <charconv>
#include <cstdint>
#include <string_view>

#include <unicode/utf.h>
#include <unicode/utf8.h>

namespace relprompt::config {
namespace {

using Json = nlohmann::json;

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  for (const std::string_view word : words) {
    if (word == text) return true;
  }
  return false;
}

std::string_view without_sign(std::string_view text) {
  const bool has_sign = !text.empty() && (text.front() == '+' || text.front() == '-');
  return text.substr(has_sign ? 1 : 0);
}

std::size_t leading_digits(std::string_view text) {
  const std::size_t end = text.find_first_not_of("0123456789");
  return end == std::string_view::npos ? text.size() : end;
}

bool is_decimal(std::string_view text) {
  const std::string_view digits = without_sign(text);
  return !digits.empty() && leading_digits(digits) == digits.size();
}

/// [-+]? (.d+ | d+(.d*)?) ([eE][-+]?d+)?
bool is_float(std::string_view text) {
  std::string_view rest = without_sign(text);
  const std::size_t before = leading_digits(rest);
  rest.remove_prefix(before);
  std::size_t after = 0;
  if (!rest.empty() && rest.front() == '.') {
    rest.remove_prefix(1);
    after = leading_digits(rest);
    rest.remove_prefix(after);
  }
  if (before + after == 0) return false;
  if (rest.empty()) return true;
  return (rest.front() == 'e' || rest.front() == 'E') && is_decimal(rest.substr(1));
}

bool has_digits_of(std::string_view text, std::string_view prefix, std::string_view digits) {
  return text.size() > prefix.size() && text.substr(0, prefix.size()) == prefix &&
         text.find_first_not_of(digits, prefix.size()) == std::string_view::npos;
}

/// All of `text` as a number; discarded if it does not fit.
template <typename Number, typename... Base>
Json converted(std::string_view text, Base... base) {
  Number number{};
  const auto result = std::from_chars(text.data(), text.data() + text.size(), number, base...);
  const bool whole = result.ec == std::errc() && result.ptr == text.data() + text.size();
  return whole ? Json(number) : Json(Json::value_t::discarded);
}

}  // namespace

Json plain_value(const std::string& text) {
  if (is_one_of(text, {"", "~", "null", "Null", "NULL"})) return nullptr;
  if (is_one_of(text, {"true", "True", "TRUE"})) return true;
  if (is_one_of(text, {"false", "False", "FALSE"})) return false;
  // from_chars knows no plus sign.
  const std::string_view number = std::string_view(text).substr(text.front() == '+' ? 1 : 0);
  if (is_decimal(text)) {
    return text.front() == '-' ? converted<std::int64_t>(number) : converted<std::uint64_t>(number);
  }
  if (has_digits_of(text, "0o", "01234567"))
    return converted<std::uint64_t>(std::string_view(text).substr(2), 8);
  if (has_digits_of(text, "0x", "0123456789abcdefABCDEF"))
    return converted<std::uint64_t>(std::string_view(text).substr(2), 16);
  if (is_float(text)) return converted<double>(number);
  if (is_one_of(without_sign(text), {".inf", ".Inf", ".INF"}) || is_one_of(text, {".nan", ".NaN", ".NAN"})) {
    return Json(Json::value_t::discarded);
  }
  return text;
}

bool is_storable(std::string_view text) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  for (std::size_t at = 0; at < text.size();) {
    UChar32 character = 0;
    U8_NEXT(bytes, at, text.size(), character);
    if (character <= 0 || U_IS_UNICODE_NONCHAR(character)) return false;
  }
  return true;
}

}  // namespace relprompt::config
