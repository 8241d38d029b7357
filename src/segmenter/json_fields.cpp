#include "segmenter/json_fields.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace relprompt::segmenter {

JsonFields::JsonFields(const nlohmann::json& object, std::string where)
    : object_(object), where_(std::move(where)) {
  if (!object.is_object()) {
    throw Error(ErrorCode::kBadModelConfig, fmt::format("{}: expected a JSON object", where_));
  }
}

const nlohmann::json* JsonFields::ask(const std::string& key) {
  asked_.push_back(key);
  return has(key) ? &object_.at(key) : nullptr;
}

void JsonFields::fail(const std::string& key, const std::string& expected) const {
  std::string found = object_.at(key).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  if (found.size() > 60) found = found.substr(0, 57) + "...";
  throw Error(ErrorCode::kBadModelConfig,
              fmt::format("{}: '{}' should be {}, found {}", where_, key, expected, found));
}

std::int64_t JsonFields::integer(const std::string& key, std::int64_t fallback, std::int64_t low,
                                 std::int64_t high) {
  const auto* value = ask(key);
  if (value == nullptr) return fallback;
  const bool fits = value->is_number_integer() && *value >= low && *value <= high;
  if (!fits) fail(key, fmt::format("a whole number from {} to {}", low, high));
  return value->get<std::int64_t>();
}

bool JsonFields::boolean(const std::string& key, bool fallback) {
  const auto* value = ask(key);
  if (value == nullptr) return fallback;
  if (!value->is_boolean()) fail(key, "true or false");
  return value->get<bool>();
}

std::string JsonFields::text(const std::string& key, const std::string& fallback) {
  const auto* value = ask(key);
  if (value == nullptr) return fallback;
  if (!value->is_string()) fail(key, "a text");
  return value->get<std::string>();
}

std::size_t JsonFields::choice(const std::string& key, std::size_t fallback,
                               const std::vector<std::string>& words) {
  const std::string word = text(key, words[fallback]);
  const auto found = std::find(words.begin(), words.end(), word);
  if (found == words.end()) fail(key, fmt::format("one of {}", fmt::join(words, ", ")));
  return static_cast<std::size_t>(found - words.begin());
}

std::vector<double> JsonFields::numbers(const std::string& key, const std::vector<double>& fallback,
                                        std::size_t count) {
  const auto* value = ask(key);
  if (value == nullptr) return fallback;
  const bool fits = value->is_array() && value->size() == count &&
                    std::all_of(value->begin(), value->end(), [](const auto& v) { return v.is_number(); });
  if (!fits) fail(key, fmt::format("{} numbers", count));
  return value->get<std::vector<double>>();
}

std::vector<std::int64_t> JsonFields::integers(const std::string& key, std::int64_t low, std::int64_t high) {
  const auto* value = ask(key);
  if (value == nullptr) return {};
  const bool fits = value->is_array() && std::all_of(value->begin(), value->end(), [&](const auto& v) {
                      return v.is_number_integer() && v >= low && v <= high;
                    });
  if (!fits) fail(key, fmt::format("a list of whole numbers from {} to {}", low, high));
  return value->get<std::vector<std::int64_t>>();
}

JsonFields JsonFields::object(const std::string& key) {
  static const nlohmann::json empty = nlohmann::json::object();
  const auto* value = ask(key);
  return {value == nullptr ? empty : *value, where_ + " '" + key + "'"};
}

void JsonFields::finish() const {
  for (const auto& [key, value] : object_.items()) {
    if (std::find(asked_.begin(), asked_.end(), key) != asked_.end()) continue;
    throw Error(ErrorCode::kBadModelConfig, fmt::format("{}: unknown key '{}'", where_, key),
                fmt::format("known keys: {}", fmt::join(asked_, ", ")));
  }
}

}  // namespace relprompt::segmenter
