#include "shards/class_list_json.h"

#include <algorithm>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "base/json_excerpt.h"

namespace relprompt::shards {
namespace {

using Value = nlohmann::json;

[[noreturn]] void fail(const std::string& source, const char* expected, const Value& found) {
  throw Error(ErrorCode::kUnreadable,
              fmt::format("{}: expected {}, found {}", source, expected, json_excerpt(found)),
              "it is no file of ours or damaged");
}

bool is_list_of(const Value& value, bool (*holds)(const Value&)) {
  return value.is_array() && std::all_of(value.begin(), value.end(), holds);
}

bool is_name(const Value& value) {
  return value.is_string() && !value.get_ref<const std::string&>().empty();
}

bool is_class(const Value& value) {
  return !value.empty() && is_list_of(value, is_name);
}

bool is_flag(const Value& value) {
  return value.is_boolean();
}

}  // namespace

Json to_json(const ClassList& classes) {
  return {{"names", classes.names},
          {"titles", classes.titles.empty() ? Json() : Json(classes.titles)},
          {"seen", classes.seen.empty() ? Json() : Json(classes.seen)},
          {"background", classes.background ? Json(*classes.background) : Json()},
          {"contrast", classes.contrast}};
}

ClassList class_list_of(const Value& json, const std::string& source) {
  if (!json.is_object()) fail(source, "an object of classes", json);
  const Value none;
  const auto member = [&](const char* key) -> const Value& {
    const auto found = json.find(key);
    return found == json.end() ? none : *found;
  };
  const Value &names = member("names"), &titles = member("titles"), &seen = member("seen"),
              &background = member("background");
  const auto fits = [&](const Value& list) { return list.is_null() || list.size() == names.size(); };
  if (names.empty() || names.size() > kMaxClasses || !is_list_of(names, is_class))
    fail(source, "lists of names", names);
  if (!fits(titles) || !(titles.is_null() || is_list_of(titles, is_name)))
    fail(source, "a title a class", titles);
  if (!fits(seen) || !(seen.is_null() || is_list_of(seen, is_flag)))
    fail(source, "true or false a class", seen);
  ClassList classes;
  classes.names = names.get<std::vector<std::vector<std::string>>>();
  if (!titles.is_null()) classes.titles = titles.get<std::vector<std::string>>();
  if (!seen.is_null()) classes.seen = seen.get<std::vector<bool>>();
  if (background.is_number_unsigned() && background.get<std::uint64_t>() < names.size()) {
    classes.background = background.get<std::size_t>();
  } else if (!background.is_null()) {
    fail(source, "the label of a class as background", background);
  }
  classes.contrast = member("contrast") == true;
  return classes;
}

}  // namespace relprompt::shards
