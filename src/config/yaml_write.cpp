#include <algorithm>

#include <fmt/format.h>
#include <yaml-cpp/emitter.h>
#include <yaml-cpp/emittermanip.h>

#include "relprompt/error.h"

#include "config/yaml.h"
#include "config/yaml_scalar.h"
#include "text/unicode.h"

namespace relprompt::config {
namespace {

using Json = nlohmann::ordered_json;

/// Words and paths that mean themselves without quotes.
bool is_plain(const std::string& text) {
  const auto harmless = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '/' || c == '.' || c == '-';
  };
  const bool starts_well = !text.empty() && text.front() != '-' && text.front() != '.';
  return starts_well && std::all_of(text.begin(), text.end(), harmless) && plain_value(text).is_string();
}

void write_text(YAML::Emitter& out, const std::string& text) {
  if (!is_storable(text)) {
    throw Error(
        ErrorCode::kBadArgument,
        fmt::format("cannot write {} into a config: it is no UTF-8 text, or holds a zero or a noncharacter",
                    text::excerpt(text)));
  }
  if (!is_plain(text)) out << YAML::DoubleQuoted;
  out << text;
}

/// True for lists that are easier to read with a line an entry.
bool needs_lines(const Json& list) {
  constexpr std::size_t kLongText = 24;
  return std::any_of(list.begin(), list.end(), [](const Json& entry) {
    return entry.is_structured() ||
           (entry.is_string() && entry.get_ref<const std::string&>().size() > kLongText);
  });
}

void write(YAML::Emitter& out, const Json& value) {
  if (value.is_object()) {
    out << YAML::BeginMap;
    for (const auto& [key, entry] : value.items()) {
      out << YAML::Key;
      write_text(out, key);
      out << YAML::Value;
      write(out, entry);
    }
    out << YAML::EndMap;
  } else if (value.is_array()) {
    out << (needs_lines(value) ? YAML::Block : YAML::Flow) << YAML::BeginSeq;
    for (const Json& entry : value) write(out, entry);
    out << YAML::EndSeq;
  } else if (value.is_string()) {
    write_text(out, value.get_ref<const std::string&>());
  } else if (value.is_null()) {
    out << YAML::Null;
  } else {
    out << value.dump();  // JSON's numbers and truth values are YAML's, and the shortest that read back
  }
}

}  // namespace

std::string to_yaml(const Json& value) {
  YAML::Emitter out;
  write(out, value);
  return std::string(out.c_str()) + "\n";
}

}  // namespace relprompt::config
