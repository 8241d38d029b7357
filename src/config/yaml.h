// Configs are YAML for people and JSON values inside: one reader of fields then serves configs and
// config.json alike. Only what a config needs is taken from YAML; the rest (aliases, tags, several documents)
// is refused, because a config may come from anywhere and aliases can make a small text huge.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>

namespace relprompt::config {

constexpr std::size_t kMaxYamlBytes = std::size_t{1} << 20;
constexpr std::size_t kMaxYamlDepth = 16;  ///< maps and lists inside each other

/// The value of a YAML document; null for an empty one. Plain scalars are typed by the core rules of YAML 1.2
/// (null, true, false, whole and other numbers, else text: "no" and "12:30" are text), quoted ones stay text.
/// Throws Error(kBadArgument) "SOURCE:LINE: ..." for broken YAML, keys that occur twice or are no text,
/// aliases, anchors, tags, numbers that are infinite or too large, text that is no UTF-8 (also behind
/// escapes), control characters, zeros and noncharacters in a text, and more than the bounds above.
nlohmann::json parse_yaml(const std::string& text, const std::string& source);

/// YAML text that parse_yaml reads as the same value: maps in blocks, lists in one line unless they hold long
/// texts or other lists and maps. Throws Error(kBadArgument) for text that is no UTF-8.
std::string to_yaml(const nlohmann::ordered_json& value);

}  // namespace relprompt::config
