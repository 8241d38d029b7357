// By line, as include_rules.cpp: a call that is broken over lines is judged by its first.
#include "call_rules.h"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <set>
#include <stdexcept>

namespace relprompt::tooling {
namespace {

namespace fs = std::filesystem;

// The only files that make these calls.
const std::set<std::string> kWrappers = {"src/base/json_read.cpp", "src/base/paths.cpp"};

constexpr const char* kParsers[] = {"json::parse(", "Json::parse(", "json::accept(", "Json::accept(",
                                    "sax_parse("};

// Those with a form that throws and one that takes an error code.
constexpr const char* kQuestions[] = {"absolute",
                                      "canonical",
                                      "weakly_canonical",
                                      "equivalent",
                                      "exists",
                                      "file_size",
                                      "is_directory",
                                      "is_empty",
                                      "is_regular_file",
                                      "is_symlink",
                                      "last_write_time",
                                      "relative",
                                      "proximate",
                                      "status",
                                      "symlink_status",
                                      "current_path",
                                      "temp_directory_path",
                                      "space",
                                      "read_symlink"};

/// True if the call whose '(' is at `open` has an argument behind a comma, or goes on in the next line.
bool has_second_argument(std::string_view line, std::size_t open) {
  int depth = 0;
  for (std::size_t at = open; at < line.size(); ++at) {
    if (line[at] == '(' || line[at] == '{') ++depth;
    if (line[at] == ')' || line[at] == '}') --depth;
    if (depth == 1 && line[at] == ',') return true;
    if (depth == 0) return false;
  }
  return true;
}

/// True if the only argument is an error code, as in current_path(problem).
bool asks_without_a_path(std::string_view question) {
  return question == "current_path" || question == "temp_directory_path";
}

bool throws(std::string_view line, std::string_view question, std::size_t open) {
  if (asks_without_a_path(question)) return line.substr(open, 2) == "()";
  return !has_second_argument(line, open);
}

void find_questions(std::string_view line, std::vector<std::string>& found) {
  for (const std::string_view space : {"fs::", "filesystem::"}) {
    for (std::size_t at = line.find(space); at != std::string_view::npos; at = line.find(space, at + 1)) {
      const bool part_of_a_word = at > 0 && (std::isalnum(static_cast<unsigned char>(line[at - 1])) != 0);
      const std::string_view rest = line.substr(at + space.size());
      const std::string_view question = rest.substr(0, rest.find('('));
      const bool known =
          std::find(std::begin(kQuestions), std::end(kQuestions), question) != std::end(kQuestions);
      if (part_of_a_word || !known || question.size() == rest.size()) continue;
      if (!throws(line, question, at + space.size() + question.size())) continue;
      found.push_back("std::filesystem::" + std::string(question) +
                      " without an error code throws what no caller expects: see base/paths.h");
    }
  }
}

/// True for `object.value("key", "")` and its like, with a fallback that is no JSON value.
bool takes_a_typed_value(std::string_view line) {
  const std::string_view call = ".value(\"";
  for (std::size_t at = line.find(call); at != std::string_view::npos; at = line.find(call, at + 1)) {
    const std::size_t comma = line.find(", ", at);
    if (comma == std::string_view::npos) return true;
    const std::string_view fallback = line.substr(comma + 2);
    const auto begins = [&](std::string_view word) { return fallback.substr(0, word.size()) == word; };
    if (!begins("Json()") && !begins("nlohmann::json()") && !begins("nlohmann::json::object()")) return true;
  }
  return false;
}

}  // namespace

std::vector<std::string> forbidden_calls(std::string_view line) {
  line = line.substr(0, line.find("//"));
  std::vector<std::string> found;
  for (const std::string_view parser : kParsers) {
    if (line.find(parser) == std::string_view::npos) continue;
    found.push_back("JSON is read by base/json_read.h alone, which limits depth and size");
  }
  if (takes_a_typed_value(line)) {
    found.push_back(
        "value() with a fallback throws where the value is of another type: see base/json_value.h");
  }
  find_questions(line, found);
  return found;
}

std::vector<std::string> check_calls(const fs::path& root, int& files) {
  std::vector<std::string> violations;
  for (const char* parent : {"src", "apps"}) {
    for (const auto& entry : fs::recursive_directory_iterator(root / parent)) {
      const auto extension = entry.path().extension();
      const std::string name = fs::relative(entry.path(), root).generic_string();
      if (!entry.is_regular_file() || (extension != ".cpp" && extension != ".h") || kWrappers.count(name) > 0)
        continue;
      ++files;
      std::ifstream stream(entry.path());
      if (!stream) throw std::runtime_error("cannot read " + name);
      int number = 0;
      for (std::string line; std::getline(stream, line);) {
        ++number;
        for (const auto& sentence : forbidden_calls(line)) {
          violations.push_back(name + ":" + std::to_string(number) + ": " + sentence);
        }
      }
    }
  }
  std::sort(violations.begin(), violations.end());
  return violations;
}

}  // namespace relprompt::tooling
