#include "formats/text_output.h"

#include <charconv>
#include <cmath>
#include <iterator>

#include <fmt/format.h>

#include "base/json_output.h"

namespace relprompt::formats {

std::string members(const Json& object) {
  const std::string text = json_text(object);
  return text.substr(1, text.size() - 2);
}

std::string quoted(const std::string& text) {
  return json_text(Json(text));
}

void append_number(std::string& text, std::uint64_t number) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  text.append(digits, end);
}

void append_number(std::string& text, double number) {
  if (number >= 0 && number < 1e15 && number == std::floor(number)) {
    append_number(text, static_cast<std::uint64_t>(number));
  } else {
    fmt::format_to(std::back_inserter(text), "{:.9g}", number);
  }
}

void append_flat(std::string& text, const Ring& ring) {
  text += '[';
  for (std::size_t i = 0; i < ring.size(); ++i) {
    if (i > 0) text += ',';
    append_number(text, static_cast<std::uint64_t>(ring[i].x));
    text += ',';
    append_number(text, static_cast<std::uint64_t>(ring[i].y));
  }
  text += ']';
}

void append_nested(std::string& text, const Ring& ring, double factor_x, double factor_y, bool closed) {
  text += '[';
  const std::size_t count = ring.size() + (closed ? 1 : 0);
  for (std::size_t i = 0; i < count; ++i) {
    const Point point = ring[i == ring.size() ? 0 : i];
    text += i == 0 ? "[" : ",[";
    append_number(text, point.x * factor_x);
    text += ',';
    append_number(text, point.y * factor_y);
    text += ']';
  }
  text += ']';
}

}  // namespace relprompt::formats
