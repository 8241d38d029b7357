// One value of a JSON object that may hold anything, such as a file that a killed or another version's
// program left. The library's own value() has a fallback for a missing key only, and throws what no caller
// expects for a value of another type.
#pragma once

#include <nlohmann/json.hpp>

namespace relprompt {

/// The object's value of this key, or `fallback` if it is missing or cannot be read as a T.
template <typename Json, typename T>
T value_or(const Json& object, const char* key, T fallback) {
  const auto found = object.find(key);
  if (found == object.end()) return fallback;
  try {
    return found->template get<T>();
  } catch (const nlohmann::json::exception&) {
    return fallback;
  }
}

}  // namespace relprompt
