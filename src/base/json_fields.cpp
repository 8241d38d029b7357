#include "base/json_fields.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/json_excerpt.h"
#include "base/nearest_name.h"

namespace relprompt {
namespace {

// The library compares numbers beyond int64 as if they were negative.
bool is_whole(const nlohmann::json& value, std::int64_t low, std::int64_t high) {
  if (!value.is_number_integer()) return false;
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > std::uint64_t{INT64_MAX}) return false;
  return value.get<std::int64_t>() >= low && value.get<std::int64_t>() <= high;
}

std::string whole_range(const char* what, std::int64_t low, std::int64_t high) {
  return high == INT64_MAX ? fmt::format("{}, {} or more", what, low)
                           : fmt::format("{} from {} to {}", what, low, high);
}

std::string shortened(const std::string& key) {
  constexpr std::size_t kLongest = 60;
  return std::string(start_of(key, kLongest)) + (key.size() > kLongest ? "..." : "");
}

}  // namespace

JsonFields::JsonFields(const nlohmann::json& object, std::string where, ErrorCode code)
    : object_(object), where_(std::move(where)), code_(code) {
  if (!object.is_object()) {
    throw Error(code_, fmt::format("{}: expected keys with values, found {}", where_, object.type_name()));
  }
}

const nlohmann::json* JsonFields::ask(const std::string& key) {
  asked_.push_back(key);
  return has(key) ? &object_.at(key) : nullptr;
}

void JsonFields::fail(const std::string& key, const std::string& expected, const std::string& advice) const {
  throw Error(code_, fmt::format("{}: '{}' should be {}, found {}{}", where_, key, expected,
                                 json_excerpt(object_.at(key)), advice));
}

void JsonFields::fail_choice(const std::string& key, const std::string& word,
                             const std::vector<std::string>& words) const {
  fail(key, fmt::format("one of {}", fmt::join(words, ", ")), suggestion(word, words));
}

std::int64_t JsonFields::integer(const std::string& key, std::int64_t fallback, std::int64_t low,
                                 std::int64_t high) {
  const auto* value = ask(key);
  if (value == nullptr) return fallback;
  if (!is_whole(*value, low, high)) fail(key, whole_range("a whole number", low, high));
  return value->get<std::int64_t>();
}

double JsonFields::number(const std::string& key, double fallback, double low, double high) {
  const auto* value = ask(key);
  if (value == nullptr) return fallback;
  const double found = value->is_number() ? value->get<double>() : std::nan("");
  if (found >= low && found <= high) return found;
  const bool bounded =
      low > std::numeric_limits<double>::lowest() && high < std::numeric_limits<double>::max();
  fail(key, bounded ? fmt::format("a number from {} to {}", low, high)
                    : fmt::format("a number{}", low == 0 ? ", 0 or more" : ""));
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
  if (found == words.end()) fail_choice(key, word, words);
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

std::vector<double> JsonFields::bounded_numbers(const std::string& key, double low, double high) {
  const auto* value = ask(key);
  if (value == nullptr) return {};
  const auto in_range = [&](const nlohmann::json& v) {
    return v.is_number() && v.get<double>() >= low && v.get<double>() <= high;
  };
  if (!value->is_array() || !std::all_of(value->begin(), value->end(), in_range)) {
    fail(key, fmt::format("a list of numbers from {} to {}", low, high));
  }
  return value->get<std::vector<double>>();
}

std::vector<std::int64_t> JsonFields::integers(const std::string& key, std::int64_t low, std::int64_t high) {
  const auto* value = ask(key);
  if (value == nullptr) return {};
  const bool fits = value->is_array() && std::all_of(value->begin(), value->end(),
                                                     [&](const auto& v) { return is_whole(v, low, high); });
  if (!fits) fail(key, whole_range("a list of whole numbers", low, high));
  return value->get<std::vector<std::int64_t>>();
}

std::vector<std::string> JsonFields::texts(const std::string& key) {
  const auto* value = ask(key);
  if (value == nullptr) return {};
  const bool fits = value->is_array() &&
                    std::all_of(value->begin(), value->end(), [](const auto& v) { return v.is_string(); });
  if (!fits) fail(key, "a list of texts");
  return value->get<std::vector<std::string>>();
}

JsonFields JsonFields::object(const std::string& key) {
  static const nlohmann::json empty = nlohmann::json::object();
  const auto* value = ask(key);
  return {value == nullptr ? empty : *value, where_ + " '" + key + "'", code_};
}

void JsonFields::require(const std::string& key) const {
  if (!has(key)) throw Error(code_, fmt::format("{}: '{}' is missing", where_, key));
}

void JsonFields::leave(const std::vector<std::string>& keys) {
  for (const std::string& key : keys) {
    if (std::find(asked_.begin(), asked_.end(), key) == asked_.end()) asked_.push_back(key);
  }
}

void JsonFields::finish() const {
  for (const auto& [key, value] : object_.items()) {
    if (std::find(asked_.begin(), asked_.end(), key) != asked_.end()) continue;
    throw Error(code_, fmt::format("{}: unknown key '{}'{}", where_, shortened(key), suggestion(key, asked_)),
                fmt::format("known keys: {}", fmt::join(asked_, ", ")));
  }
}

}  // namespace relprompt
