#include "config/document.h"

#include <fmt/format.h>

#include "relprompt/error.h"

#include "base/read_file.h"
#include "config/yaml.h"
#include "text/unicode.h"

namespace relprompt::config {
namespace {

using Json = nlohmann::json;

constexpr const char* kExample = "an assignment looks like train.batch=8";

[[noreturn]] void fail(const std::string& assignment, const std::string& problem) {
  throw Error(ErrorCode::kBadArgument, fmt::format("--set {}: {}", text::excerpt(assignment), problem),
              kExample);
}

std::vector<std::string> keys_of(const std::string& assignment, const std::string& path) {
  std::vector<std::string> keys = {""};
  for (const char c : path) {
    if (c == '.') {
      keys.emplace_back();
    } else {
      keys.back() += c;
    }
  }
  for (const std::string& key : keys) {
    if (key.empty() || text::trim(key) != key) fail(assignment, "an empty key, or blanks around one");
  }
  if (keys.size() > kMaxYamlDepth) fail(assignment, "too many keys");
  return keys;
}

}  // namespace

const std::vector<std::string>& sections() {
  static const std::vector<std::string> names = {
      "name",      "protocol",    "data",          "model", "normalisation", "templates", "augment", "loss",
      "optimizer", "train",       "self_training", "test",  "seed",          "threads",   "device",  "paths",
      "names",     "class_names", "join_words",    "head",  "heads",         "resclip"};
  return names;
}

void assign(Json& document, const std::string& assignment) {
  const std::size_t equals = assignment.find('=');
  if (equals == std::string::npos) fail(assignment, "no \"=\" between key and value");
  const auto keys = keys_of(assignment, assignment.substr(0, equals));
  Json value = parse_yaml(assignment.substr(equals + 1), fmt::format("--set {}", text::excerpt(assignment)));
  Json* place = &document;
  std::string passed;
  for (const std::string& key : keys) {
    if (place->is_null()) *place = Json::object();
    if (!place->is_object()) fail(assignment, fmt::format("{} is no map of keys", text::excerpt(passed)));
    place = &(*place)[key];
    passed += (passed.empty() ? "" : ".") + key;
  }
  *place = std::move(value);
}

Json parse_document(const std::string& yaml, const std::string& source,
                    const std::vector<std::string>& assignments) {
  Json document = parse_yaml(yaml, source);
  if (document.is_null()) document = Json::object();
  if (!document.is_object()) {
    throw Error(ErrorCode::kBadArgument,
                fmt::format("{}: a config is a map of keys, found {}", source, document.type_name()));
  }
  for (const std::string& assignment : assignments) assign(document, assignment);
  return document;
}

Json read_document(const std::filesystem::path& path, const std::vector<std::string>& assignments) {
  ReadRules rules;
  rules.max_bytes = kMaxYamlBytes;
  rules.too_large = ErrorCode::kBadArgument;
  rules.hint = "no config is that long";
  return parse_document(std::string(read_file(path, rules).text()), path.string(), assignments);
}

}  // namespace relprompt::config
