// Reading fields of a JSON object that came from outside: typed, bounded, with messages that name the key.
// One reader for a model's config.json and for configs in YAML, so both are equally strict.
#pragma once

#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "relprompt/error.h"

#include "base/words.h"

namespace relprompt {

/// One object of a config file. Absent keys, and those with null, keep the default; keys nobody asked for are
/// errors. The object must outlive its fields.
class JsonFields {
 public:
  /// `where` names the file and the object in messages; `code` is what every error has, also those of
  /// objects inside.
  JsonFields(const nlohmann::json& object, std::string where, ErrorCode code = ErrorCode::kBadModelConfig);

  /// False for an absent key and for null. Does not count as having asked for the key.
  bool has(const std::string& key) const { return object_.contains(key) && !object_[key].is_null(); }
  std::int64_t integer(const std::string& key, std::int64_t fallback, std::int64_t low, std::int64_t high);
  /// Finite, from low to high, both included.
  double number(const std::string& key, double fallback, double low = std::numeric_limits<double>::lowest(),
                double high = std::numeric_limits<double>::max());
  bool boolean(const std::string& key, bool fallback);
  std::string text(const std::string& key, const std::string& fallback);
  /// One of the given words; the result is its position.
  std::size_t choice(const std::string& key, std::size_t fallback, const std::vector<std::string>& words);
  /// The value of one of the table's words.
  template <typename Enum, std::size_t N>
  Enum choice(const std::string& key, Enum fallback, const Word<Enum> (&words)[N]) {
    const std::string word = text(key, name_of(words, fallback));
    if (const auto value = find_value(words, word)) return *value;
    fail_choice(key, word, names_of(words));
  }
  std::vector<double> numbers(const std::string& key, const std::vector<double>& fallback, std::size_t count);
  /// A list of any length, each from low to high; empty if the key is absent.
  std::vector<double> bounded_numbers(const std::string& key, double low, double high);
  std::vector<std::int64_t> integers(const std::string& key, std::int64_t low, std::int64_t high);
  /// A list of any length; empty if the key is absent.
  std::vector<std::string> texts(const std::string& key);
  JsonFields object(const std::string& key);

  /// Throws if the key is absent.
  void require(const std::string& key) const;
  /// These keys are known and read by someone else.
  void leave(const std::vector<std::string>& keys);
  /// Throws if the object has keys that were never asked for, with the nearest one that is known.
  void finish() const;

 private:
  const nlohmann::json* ask(const std::string& key);
  [[noreturn]] void fail(const std::string& key, const std::string& expected,
                         const std::string& advice = "") const;
  [[noreturn]] void fail_choice(const std::string& key, const std::string& word,
                                const std::vector<std::string>& words) const;

  const nlohmann::json& object_;
  std::string where_;
  ErrorCode code_;
  std::vector<std::string> asked_;
};

}  // namespace relprompt
