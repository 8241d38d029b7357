#include "options_classes.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <optional>

#include <fmt/format.h>

#include "base/nearest_name.h"
#include "command_rows.h"
#include "text/class_line.h"
#include "text/unicode.h"
#include "usage.h"

namespace relprompt::cli {
namespace {

std::optional<std::size_t> label_of(const std::string& word, const ClassList& classes) {
  for (std::size_t label = 0; label < classes.size(); ++label) {
    const auto& names = classes.names[label];
    if (word == classes.title(label) || std::find(names.begin(), names.end(), word) != names.end())
      return label;
  }
  std::size_t label = 0;
  const auto [end, problem] = std::from_chars(word.data(), word.data() + word.size(), label);
  if (problem != std::errc() || end != word.data() + word.size()) return std::nullopt;
  return label < classes.size() ? std::optional(label) : std::nullopt;
}

/// The words between commas; names with commas are in quotes, as in a class list.
std::vector<std::string> words_of(const std::string& text) {
  text::ClassLine line = text::read_class_line(text);
  if (!line.problem.empty()) throw Error(ErrorCode::kBadArgument, "--seen: " + line.problem, line.hint);
  std::vector<std::string> words;
  for (const text::WrittenClass& entry : line.classes) {
    for (const std::string& name : entry.names) words.push_back(text::collapse_blanks(name));
  }
  if (words.empty()) words.emplace_back();
  return words;
}

std::vector<std::size_t> labels_of_split(const ClassList& classes) {
  if (classes.seen.empty()) {
    throw Error(
        ErrorCode::kBadArgument, "--seen auto: this class list has no seen/unseen split",
        "built-in lists with a split: `relprompt classes --list`; or give labels, such as --seen 0,1,2");
  }
  std::vector<std::size_t> labels;
  for (std::size_t label = 0; label < classes.size(); ++label) {
    if (classes.seen[label]) labels.push_back(label);
  }
  return labels;
}

}  // namespace

void ClassArguments::add_to(CLI::App& command) {
  const std::string group = "Classes (one of the first three)";
  sources_.push_back(
      command.add_option("-c,--classes", classes,
                         "class names between commas; `;` between several names of one class, such "
                         "as \"road, car;vehicle\"; names with commas in quotes: '\"car, big\", road'; "
                         "@FILE reads them from a file"));
  sources_.push_back(command.add_option("--class-file", class_file, "file with one class a line"));
  sources_.push_back(
      command.add_option("--vocabulary", vocabulary,
                         "built-in class list, such as coco-stuff-171; `relprompt classes --list` "
                         "names them"));
  sources_[0]->option_text("LIST")->group(group);
  sources_[1]->option_text("FILE")->group(group);
  sources_[2]->option_text("NAME")->group(group);
  std::vector<std::string> lists;
  for (const Vocabulary& list : vocabularies()) lists.push_back(list.name);
  suggest_words(*sources_[2], lists);
  command
      .add_option("--templates", templates,
                  "sentences around a class name: single (\"a photo of a {}\"), paper (15 of them), imagenet "
                  "(OpenAI's 80: the best masks of a CLIP without prompts, and 80 texts a name to embed, "
                  "once), or a file with one a line [default: the model's own, mostly single]")
      ->option_text("NAME")
      ->group(group);
  command
      .add_option("--names", names,
                  "several names of one class: average (of their embeddings) or max (best score wins) "
                  "[default: average; max for a CLIP without prompts, unless its head is maskclip or none]")
      ->option_text("RULE")
      ->group(group);
  command
      .add_option("--background", background,
                  "a class for everything that no other class names: \"NAME;phrase;phrase\", such as "
                  "\"background;sky;wall;grass\". The phrases are what the text tower reads, and the best of "
                  "them counts. It is the last label, unless a class of that name is in the list. Pixels "
                  "below --unknown go to it [default: none]")
      ->option_text("TEXT")
      ->group(group);
  command
      .add_flag("--no-contrast", no_contrast,
                "one class alone gets a background of built-in words beside it (sky, wall, grass, ...), "
                "because a CLIP without prompts would give it every pixel; this leaves it alone")
      ->group(group);
  command
      .add_flag("--truncate", truncate, "cut names that exceed the text tower's context instead of failing")
      ->group(group);
  command.add_flag("--no-cache", no_cache, "do not keep text embeddings under $XDG_CACHE_HOME/relprompt")
      ->group(group);
  suggest_words(*command.get_option("--templates"), {"single", "paper", "imagenet"});
  suggest_words(*command.get_option("--names"), {"average", "max"});
}

/// A forgotten --class-file would make one class of the file's name.
void refuse_file_name(const std::string& classes) {
  std::error_code ignored;
  const bool path =
      classes.find_first_of("./") != std::string::npos && classes.find(',') == std::string::npos;
  if (!path || !std::filesystem::is_regular_file(classes, ignored)) return;
  throw Error(ErrorCode::kBadClassList, fmt::format("--classes takes names, and \"{}\" is a file", classes),
              fmt::format("--class-file {}", classes));
}

ClassList ClassArguments::resolve_classes() const {
  const auto given =
      std::count_if(sources_.begin(), sources_.end(), [](auto* option) { return option->count() > 0; });
  if (given != 1) {
    throw Error(ErrorCode::kBadArgument,
                given == 0 ? "no classes are given" : "classes are given more than once",
                "use one of --classes \"road, car\", --class-file FILE, --vocabulary NAME");
  }
  if (sources_[2]->count() > 0) return relprompt::vocabulary(vocabulary).classes;
  if (sources_[1]->count() > 0) return read_class_file(class_file);
  if (!classes.empty() && classes.front() == '@') return read_class_file(classes.substr(1));
  refuse_file_name(classes);
  return parse_class_list(classes);
}

TextOptions ClassArguments::resolve_text() const {
  if (!names.empty()) require_one_of("--names", names, {"average", "max"});
  TextOptions options;
  if (!templates.empty()) options.templates = named_templates(templates);
  options.truncate = truncate;
  if (!names.empty()) options.names = names == "max" ? NameRule::kMax : NameRule::kAverage;
  options.use_cache = !no_cache;
  return options;
}

BackgroundOptions ClassArguments::resolve_background(const ClassList& list) const {
  BackgroundOptions options;
  options.background = background;
  options.contrast = !no_contrast;
  try {
    if (!background.empty()) with_background(list, background);  // said before a model is opened
  } catch (const Error& error) {
    throw Error(error.code(), std::string("--background: ") + error.what());
  }
  return options;
}

std::size_t label_named(const std::string& word, const ClassList& classes, const std::string& option) {
  if (const auto label = label_of(word, classes)) return *label;
  std::vector<std::string> known;
  for (std::size_t label = 0; label < classes.size(); ++label) {
    known.push_back(classes.title(label));
    const auto& names = classes.names[label];
    known.insert(known.end(), names.begin(), names.end());
  }
  throw Error(ErrorCode::kBadArgument,
              fmt::format("{}: \"{}\" is neither a class name nor a label from 0 to {}{}", option, word,
                          classes.size() - 1, suggestion(word, known)));
}

std::vector<std::size_t> parse_seen(const std::string& text, const ClassList& classes) {
  if (text == "auto") return labels_of_split(classes);
  std::vector<std::size_t> labels;
  for (const std::string& word : words_of(text)) labels.push_back(label_named(word, classes, "--seen"));
  std::sort(labels.begin(), labels.end());
  labels.erase(std::unique(labels.begin(), labels.end()), labels.end());
  return labels;
}

}  // namespace relprompt::cli
