#include "serve/class_fields.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "base/nearest_name.h"
#include "serve/http.h"

namespace relprompt::serve {
namespace {

[[noreturn]] void bad(const std::string& field, const std::string& expected) {
  throw Error(ErrorCode::kBadArgument, fmt::format("{}: expected {}", field, expected));
}

/// A name as an entry of a class list's text: quotes keep its separators.
std::string quoted(const std::string& name) {
  std::string text = "\"";
  for (const char c : name) text += c == '"' ? "\"\"" : std::string(1, c);
  return text + "\"";
}

std::string entry_of(const nlohmann::json& entry) {
  if (entry.is_string()) return entry.get<std::string>();
  if (!entry.is_array() || entry.empty()) bad("classes", "texts or lists of names");
  std::string text;
  for (const auto& name : entry) {
    if (!name.is_string()) bad("classes", "names that are texts");
    text += (text.empty() ? "" : ";") + quoted(name.get<std::string>());
  }
  return text;
}

std::size_t label_named(const std::string& word, const ClassList& classes, const std::string& field) {
  std::vector<std::string> known;
  for (std::size_t label = 0; label < classes.size(); ++label) {
    const auto& names = classes.names[label];
    if (word == classes.title(label) || std::find(names.begin(), names.end(), word) != names.end())
      return label;
    known.insert(known.end(), names.begin(), names.end());
  }
  std::size_t label = 0;
  const auto [end, problem] = std::from_chars(word.data(), word.data() + word.size(), label);
  const bool number = !word.empty() && problem == std::errc() && end == word.data() + word.size();
  if (number && label < classes.size()) return label;
  throw Error(ErrorCode::kBadArgument,
              fmt::format("{}: \"{}\" is neither a class name nor a label from 0 to {}{}", field, word,
                          classes.size() - 1, suggestion(word, known)));
}

float score_of(double score) {
  if (!(score >= -1 && score <= 1)) bad("unknown", fmt::format("scores from -1 to 1, not {}", score));
  return static_cast<float>(score);
}

double number_of(const std::string& text) {
  double number = std::nan("");
  const auto word = trimmed(text);
  const auto [end, problem] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (word.empty() || problem != std::errc() || end != word.data() + word.size())
    bad("unknown", fmt::format("a score, such as 0.3 or road=0.3, not \"{}\"", text));
  return number;
}

void set_threshold(const std::string& name, double score, const ClassList& classes, SegmentOptions& options) {
  if (name.empty()) {
    options.unknown_threshold = score_of(score);
    return;
  }
  const auto label = label_named(name, classes, "unknown");
  for (auto& known : options.class_thresholds) {
    if (known.label == label) {
      known.threshold = score_of(score);
      return;
    }
  }
  options.class_thresholds.push_back({label, score_of(score)});
}

}  // namespace

ClassList classes_of(const nlohmann::json& value) {
  if (value.is_string()) return parse_class_list(value.get<std::string>());
  if (!value.is_array()) bad("classes", "a text such as \"road, car;vehicle\", or a list");
  std::string text;
  for (const auto& entry : value) {
    const auto one = entry_of(entry);
    // A list says itself where a class ends; a text of the list that holds several would shift the labels.
    if (parse_class_list(one).size() != 1) {
      throw Error(ErrorCode::kBadClassList,
                  fmt::format("classes: the entry \"{}\" of the list is more than one class", one),
                  "write [\"road\", \"car;vehicle\"]");
    }
    text += one + "\n";
  }
  return parse_class_list(text);
}

void read_unknown(const nlohmann::json& value, const ClassList& classes, SegmentOptions& options) {
  options.unknown_threshold.reset();
  options.class_thresholds.clear();
  if (value.is_null()) return;
  if (value.is_number()) return set_threshold("", value.get<double>(), classes, options);
  if (value.is_object()) {
    for (const auto& [name, score] : value.items()) {
      if (!score.is_number()) bad("unknown", "an object of names and scores");
      set_threshold(name, score.get<double>(), classes, options);
    }
    return;
  }
  for (const auto& word : words_of(value, "unknown")) {
    const auto equals = word.rfind('=');
    const bool named = equals != std::string::npos;
    set_threshold(named ? std::string(trimmed(word.substr(0, equals))) : "",
                  number_of(named ? word.substr(equals + 1) : word), classes, options);
  }
}

std::vector<std::size_t> read_seen(const nlohmann::json& value, const ClassList& classes) {
  std::vector<std::size_t> labels;
  if (value.is_null()) return labels;
  if (value == "auto") {
    if (classes.seen.empty()) bad("seen", "names or labels: this class list has no seen/unseen split");
    for (std::size_t label = 0; label < classes.size(); ++label)
      if (classes.seen[label]) labels.push_back(label);
    return labels;
  }
  nlohmann::json list = value;
  if (value.is_array()) {
    for (auto& entry : list)
      if (entry.is_number_unsigned()) entry = std::to_string(entry.get<std::size_t>());
  }
  for (const auto& word : words_of(list, "seen")) labels.push_back(label_named(word, classes, "seen"));
  std::sort(labels.begin(), labels.end());
  labels.erase(std::unique(labels.begin(), labels.end()), labels.end());
  return labels;
}

std::vector<std::string> words_of(const nlohmann::json& value, const std::string& field) {
  std::vector<std::string> words;
  if (value.is_array()) {
    for (const auto& entry : value) {
      if (!entry.is_string()) bad(field, "a list of texts");
      words.emplace_back(trimmed(entry.get_ref<const std::string&>()));
    }
    return words;
  }
  if (!value.is_string()) bad(field, "a text or a list of texts");
  std::string_view rest = value.get_ref<const std::string&>();
  for (;;) {
    const auto end = rest.find(',');
    const auto word = trimmed(rest.substr(0, end));
    if (!word.empty()) words.emplace_back(word);
    if (end == std::string_view::npos) return words;
    rest.remove_prefix(end + 1);
  }
}

}  // namespace relprompt::serve
