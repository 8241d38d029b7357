// Reading fields of a JSON object that came from outside: typed, bounded, with messages that name the key.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "relprompt/error.h"

namespace relprompt::segmenter {

/// One object of a config file. Absent keys keep the default; keys nobody asked for are errors.
class JsonFields {
 public:
  /// `where` names the file and the object in messages.
  JsonFields(const nlohmann::json& object, std::string where);

  bool has(const std::string& key) const { return object_.contains(key) && !object_[key].is_null(); }
  std::int64_t integer(const std::string& key, std::int64_t fallback, std::int64_t low, std::int64_t high);
  bool boolean(const std::string& key, bool fallback);
  std::string text(const std::string& key, const std::string& fallback);
  /// One of the given words; the result is its position.
  std::size_t choice(const std::string& key, std::size_t fallback, const std::vector<std::string>& words);
  std::vector<double> numbers(const std::string& key, const std::vector<double>& fallback, std::size_t count);
  std::vector<std::int64_t> integers(const std::string& key, std::int64_t low, std::int64_t high);
  JsonFields object(const std::string& key);

  /// Throws if the object has keys that were never asked for.
  void finish() const;

 private:
  const nlohmann::json* ask(const std::string& key);
  [[noreturn]] void fail(const std::string& key, const std::string& expected) const;

  const nlohmann::json& object_;
  std::string where_;
  std::vector<std::string> asked_;
};

}  // namespace relprompt::segmenter
