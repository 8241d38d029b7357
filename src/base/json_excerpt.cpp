#include "base/json_excerpt.h"

namespace relprompt {
namespace {

using Json = nlohmann::json;

bool continues_a_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80;
}

std::string quoted(std::string_view text, std::size_t most) {
  return Json(start_of(text, most)).dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// Appends until more than `most` bytes are there. Recursion ends with them: a level adds a byte at least.
void append(const Json& value, std::size_t most, std::string& shown) {
  if (value.is_string()) {
    shown += quoted(value.get_ref<const std::string&>(), most + 1);
  } else if (!value.is_structured()) {
    shown += value.dump();
  } else {
    shown += value.is_array() ? '[' : '{';
    const std::size_t before = shown.size();
    for (auto entry = value.begin(); entry != value.end() && shown.size() <= most; ++entry) {
      if (shown.size() > before) shown += ',';
      if (value.is_object()) shown += quoted(entry.key(), most + 1) + ":";
      append(*entry, most, shown);
    }
    shown += value.is_array() ? ']' : '}';
  }
}

}  // namespace

std::string_view start_of(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && continues_a_character(text[most])) --most;
  return text.substr(0, most);
}

std::string json_excerpt(const Json& value, std::size_t most) {
  std::string shown;
  append(value, most, shown);
  if (shown.size() <= most) return shown;
  return std::string(start_of(shown, most)) + "...";
}

}  // namespace relprompt
