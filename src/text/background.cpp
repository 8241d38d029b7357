// The class that stands for everything that a list of classes does not name.
//
// A softmax over the names of one class is 1 everywhere, so a single class needs something beside it. The
// built-in words are the phrases that the published settings of training-free heads describe PASCAL VOC's
// background with.
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "relprompt/classes.h"
#include "relprompt/error.h"

#include "text/unicode.h"

namespace relprompt {
namespace {

constexpr const char* kTitle = "background";

std::set<std::string> words_of(const std::string& name) {
  std::set<std::string> words;
  std::string word;
  for (const char c : name + " ") {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80) != 0;
    if (letter) {
      word += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    } else if (!word.empty()) {
      words.insert(std::move(word));
      word.clear();
    }
  }
  return words;
}

bool share_a_word(const std::set<std::string>& one, const std::set<std::string>& other) {
  return std::any_of(one.begin(), one.end(), [&](const auto& word) {
    // A plural is the same thing.
    return other.count(word) > 0 || other.count(word + "s") > 0 ||
           (word.back() == 's' && other.count(word.substr(0, word.size() - 1)) > 0);
  });
}

std::optional<std::size_t> label_called(const ClassList& classes, const std::string& name) {
  for (std::size_t label = 0; label < classes.size(); ++label) {
    if (classes.title(label) == name || classes.names[label].front() == name) return label;
  }
  return std::nullopt;
}

void give_titles(ClassList& classes) {
  if (!classes.titles.empty()) return;
  for (const auto& names : classes.names) classes.titles.push_back(names.front());
}

/// One more class, the last.
std::size_t add_class(ClassList& classes, const std::string& title, std::vector<std::string> names) {
  if (classes.size() == kMaxClasses) {
    throw Error(ErrorCode::kBadClassList,
                fmt::format("{} classes leave no label for a background", classes.size()));
  }
  give_titles(classes);
  classes.titles.push_back(title);
  classes.names.push_back(std::move(names));
  if (!classes.seen.empty()) classes.seen.push_back(true);
  return classes.size() - 1;
}

void refuse_names_of_others(const ClassList& classes, std::size_t background) {
  for (const auto& phrase : classes.names[background]) {
    for (std::size_t label = 0; label < classes.size(); ++label) {
      const auto& names = classes.names[label];
      if (label == background || std::find(names.begin(), names.end(), phrase) == names.end()) continue;
      throw Error(ErrorCode::kBadClassList,
                  fmt::format("{} is a phrase of the background and a name of the class {}",
                              text::excerpt(phrase), text::excerpt(classes.title(label))),
                  "a pixel cannot be both; leave one of them out");
    }
  }
}

}  // namespace

const std::vector<std::string>& contrast_words() {
  static const std::vector<std::string> words = {
      "sky",     "wall",  "tree",    "wood",     "grass", "road", "sea",  "river",  "mountain",
      "sands",   "desk",  "bed",     "building", "cloud", "lamp", "door", "window", "wardrobe",
      "ceiling", "shelf", "curtain", "stair",    "floor", "hill", "rail", "fence"};
  return words;
}

ClassList with_background(const ClassList& classes, std::string_view background) {
  const ClassList parsed = parse_class_list(background);
  if (parsed.size() != 1) {
    throw Error(ErrorCode::kBadClassList,
                fmt::format("the background {} is {} classes; expected one", text::excerpt(background),
                            parsed.size()),
                "NAME;phrase;phrase, with semicolons: background;sky;wall");
  }
  const auto& name = parsed.names.front().front();
  std::vector<std::string> phrases(parsed.names.front().begin() + 1, parsed.names.front().end());
  ClassList list = classes;
  const auto there = label_called(list, name);
  if (!there) {
    list.background = add_class(list, name, phrases.empty() ? std::vector{name} : std::move(phrases));
  } else {
    list.background = there;
    if (!phrases.empty()) {
      give_titles(list);
      list.names[*there] = std::move(phrases);
    }
  }
  refuse_names_of_others(list, *list.background);
  return list;
}

ClassList with_contrast(const ClassList& classes) {
  ClassList list = classes;
  std::vector<std::string> words;
  for (const auto& word : contrast_words()) {
    const bool meant = std::any_of(classes.names.begin(), classes.names.end(), [&](const auto& names) {
      return std::any_of(names.begin(), names.end(),
                         [&](const auto& name) { return share_a_word(words_of(word), words_of(name)); });
    });
    if (!meant) words.push_back(word);
  }
  // A class that is itself called so keeps the word to itself.
  const std::string title = label_called(classes, kTitle) ? "everything else" : kTitle;
  list.background = add_class(list, title, std::move(words));
  list.contrast = true;
  return list;
}

}  // namespace relprompt
