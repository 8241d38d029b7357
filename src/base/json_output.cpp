#include "base/json_output.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include <fmt/format.h>
#include <unicode/utf16.h>
#include <unicode/utf8.h>

#include "base/printable.h"

namespace relprompt {
namespace {

bool is_utf8(const std::string& text) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  for (std::size_t at = 0; at < text.size();) {
    UChar32 character = 0;
    U8_NEXT(bytes, at, text.size(), character);
    if (character < 0) return false;
  }
  return true;
}

template <class Json>
bool is_broken_text(const Json& value) {
  return value.is_string() && !is_utf8(value.template get_ref<const std::string&>());
}

/// What is to stand under KEY_bytes; null where nothing is.
template <class Json>
Json bytes_of(const Json& value) {
  if (is_broken_text(value)) return percent_encoded(value.template get_ref<const std::string&>());
  const auto is_text = [](const Json& one) { return one.is_string(); };
  if (!value.is_array() || !std::all_of(value.begin(), value.end(), is_text) ||
      !std::any_of(value.begin(), value.end(), is_broken_text<Json>)) {
    return nullptr;
  }
  Json list = Json::array();
  for (const Json& one : value) list.push_back(percent_encoded(one.template get_ref<const std::string&>()));
  return list;
}

/// True if any string in the document is no UTF-8; most documents have none and are not copied.
template <class Json>
bool has_broken_text(const Json& value) {
  if (!value.is_structured()) return is_broken_text(value);
  return std::any_of(value.begin(), value.end(), has_broken_text<Json>);
}

template <class Json>
Json with_bytes(const Json& value) {
  if (!value.is_structured()) return value;
  Json result = value.is_array() ? Json::array() : Json::object();
  if (value.is_array()) {
    for (const Json& one : value) result.push_back(with_bytes(one));
    return result;
  }
  for (const auto& [key, member] : value.items()) {
    result[key] = with_bytes(member);
    Json bytes = bytes_of(member);
    if (!bytes.is_null()) result[key + "_bytes"] = std::move(bytes);
  }
  return result;
}

/// Hidden characters stand in strings only, so an escape means the same. Line breaks are the indentation's.
std::string with_escapes(const std::string& json) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(json.data());
  std::string result;
  result.reserve(json.size());
  for (std::size_t at = 0; at < json.size();) {
    const std::size_t start = at;
    UChar32 character = 0;
    U8_NEXT(bytes, at, json.size(), character);
    const bool ascii = character >= 0x20 && character < 0x7F;
    if (ascii || character == '\n' || !is_hidden(character)) {
      result.append(json, start, at - start);
    } else if (U_IS_BMP(character)) {
      result += fmt::format("\\u{:04x}", static_cast<unsigned>(character));
    } else {
      result += fmt::format("\\u{:04x}\\u{:04x}", static_cast<unsigned>(U16_LEAD(character)),
                            static_cast<unsigned>(U16_TRAIL(character)));
    }
  }
  return result;
}

template <class Json>
std::string text_of(const Json& document, int indent) {
  const auto dumped = [&](const Json& json) {
    return with_escapes(json.dump(indent, ' ', false, Json::error_handler_t::replace));
  };
  return has_broken_text(document) ? dumped(with_bytes(document)) : dumped(document);
}

}  // namespace

std::string json_text(const nlohmann::ordered_json& document, int indent) {
  return text_of(document, indent);
}

std::string json_text(const nlohmann::json& document, int indent) {
  return text_of(document, indent);
}

std::string percent_encoded(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > 0x20 && byte < 0x7F && c != '%') {
      text += c;
    } else {
      text += fmt::format("%{:02X}", byte);
    }
  }
  return text;
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string bytes;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      bytes += text[at];
      continue;
    }
    const std::string_view digits = text.substr(at + 1, 2);
    unsigned byte = 0;
    const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
    if (digits.size() != 2 || problem != std::errc() || end != digits.data() + 2) return std::nullopt;
    bytes += static_cast<char>(byte);
    at += 2;
  }
  return bytes;
}

}  // namespace relprompt
