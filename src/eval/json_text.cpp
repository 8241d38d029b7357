// The caps hang on the parser's callback, so that nothing beyond them is ever built. archive/json_text.h is
// not used because its caps are those of a checkpoint's header, far below a large confusion matrix.
#include "eval/json_text.h"

#include <fmt/format.h>

#include "relprompt/error.h"

namespace relprompt::eval {
namespace {

using Json = nlohmann::json;

constexpr int kMaxDepth = 8;
// kMaxPairClasses squared, two numbers a pair, and room for the rest.
constexpr std::uint64_t kMaxValues = 40'000'000;

}  // namespace

void damaged(const std::string& source, const std::string& what) {
  throw Error(ErrorCode::kUnreadable, fmt::format("{} is damaged or not ours: {}", source, what),
              "delete it to start this evaluation from the beginning");
}

Json parse_json(std::string_view text, const std::string& source) {
  if (text.size() > kMaxJsonBytes) {
    damaged(source, fmt::format("{} bytes of JSON, at most {} are read", text.size(), kMaxJsonBytes));
  }
  std::uint64_t values = 0;
  const auto check = [&](int depth, Json::parse_event_t, const Json&) {
    if (depth > kMaxDepth) damaged(source, "the JSON nests too deep");
    if (++values > kMaxValues) damaged(source, "the JSON has too many values");
    return true;
  };
  try {
    return Json::parse(text.begin(), text.end(), check);
  } catch (const Json::parse_error& error) {
    damaged(source, fmt::format("no valid JSON at byte {}", error.byte));
  } catch (const Json::exception&) {
    damaged(source, "the JSON holds a number out of range");
  }
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

std::uint64_t count_at(const Json& object, const char* key, const std::string& source, std::uint64_t most) {
  const Json& found = member(object, key, source);
  if (!found.is_number_unsigned() || found.get<std::uint64_t>() > most) {
    damaged(source, fmt::format("\"{}\" is no whole number of 0 to {}", key, most));
  }
  return found.get<std::uint64_t>();
}

}  // namespace relprompt::eval
