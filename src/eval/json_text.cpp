#include "eval/json_text.h"

#include <fmt/format.h>

#include "relprompt/error.h"

#include "base/json_output.h"
#include "base/json_read.h"

namespace relprompt::eval {
namespace {

using Json = nlohmann::json;

// kMaxPairClasses squared, two numbers a pair, and room for the rest.
constexpr std::size_t kMaxValues = 40'000'000;
constexpr std::size_t kMaxText = std::size_t{1} << 20;
constexpr const char* kAdvice =
    "it is damaged or not ours; delete it to start this evaluation from the beginning";

std::string decoded(const Json& text, const std::string& key, const std::string& source) {
  const auto bytes = text.is_string() ? percent_decoded(text.get_ref<const std::string&>()) : std::nullopt;
  if (!bytes) damaged(source, fmt::format("\"{}\" holds something that is no percent-encoded text", key));
  return *bytes;
}

}  // namespace

void damaged(const std::string& source, const std::string& what) {
  throw Error(ErrorCode::kUnreadable, fmt::format("{} is damaged or not ours: {}", source, what),
              "delete it to start this evaluation from the beginning");
}

Json parse_json(std::string_view text, const std::string& source) {
  return read_json(text, source, {ErrorCode::kUnreadable, kMaxJsonBytes, kMaxValues, kMaxText, kAdvice});
}

const Json& member(const Json& object, const char* key, const std::string& source) {
  if (!object.is_object()) damaged(source, fmt::format("no object that could hold \"{}\"", key));
  const auto found = object.find(key);
  if (found == object.end()) damaged(source, fmt::format("\"{}\" is missing", key));
  return *found;
}

const Json& array_at(const Json& object, const char* key, const std::string& source) {
  const Json& found = member(object, key, source);
  if (!found.is_array()) damaged(source, fmt::format("\"{}\" is no list", key));
  return found;
}

const std::string& text_at(const Json& object, const char* key, const std::string& source) {
  const Json& found = member(object, key, source);
  if (!found.is_string()) damaged(source, fmt::format("\"{}\" is no text", key));
  return found.get_ref<const std::string&>();
}

std::string name_at(const Json& object, const char* key, const std::string& source) {
  const std::string bytes = std::string(key) + "_bytes";
  if (!object.contains(bytes)) return text_at(object, key, source);
  return decoded(member(object, bytes.c_str(), source), bytes, source);
}

std::vector<std::string> names_at(const Json& object, const char* key, const std::string& source) {
  const std::string bytes = std::string(key) + "_bytes";
  const bool encoded = object.contains(bytes);
  std::vector<std::string> names;
  for (const Json& name : array_at(object, encoded ? bytes.c_str() : key, source)) {
    if (!name.is_string()) damaged(source, fmt::format("\"{}\" holds something that is no name", key));
    names.push_back(encoded ? decoded(name, bytes, source) : name.get<std::string>());
  }
  return names;
}

std::uint64_t count_at(const Json& object, const char* key, const std::string& source, std::uint64_t most) {
  const Json& found = member(object, key, source);
  if (!found.is_number_unsigned() || found.get<std::uint64_t>() > most) {
    damaged(source, fmt::format("\"{}\" is no whole number of 0 to {}", key, most));
  }
  return found.get<std::uint64_t>();
}

}  // namespace relprompt::eval
