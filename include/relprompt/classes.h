// Class lists: the words that an image is divided into.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "relprompt/export.h"

namespace relprompt {

/// An ordered list of classes; a class's position is its label. A class may have several names
/// ("car;vehicle"): all describe it to the text tower, the first one is shown to people.
struct ClassList {
  std::vector<std::vector<std::string>> names;  ///< [class][name], no entry empty
  std::vector<bool> seen;  ///< [class]: in the seen part of the zero-shot split; empty if there is no split
  /// [class] what people are shown; empty: the first name of each. For classes whose names are phrases for
  /// the text tower alone: "background", of which it reads "sky", "wall", ...
  std::vector<std::string> titles = {};
  /// Label of the class that stands for everything else. Its names are different things, so they always
  /// compete and are never averaged.
  std::optional<std::size_t> background = {};
  bool contrast = false;  ///< the background was added by with_contrast

  /// How many classes.
  std::size_t size() const { return names.size(); }
  /// What a class is called in legends and reports. label: below size().
  const std::string& title(std::size_t label) const {
    return titles.empty() ? names[label].front() : titles[label];
  }
};

/// Largest number of classes: labels are 16 bit and the last value means "unknown".
constexpr std::size_t kMaxClasses = 65535;

/// Parses UTF-8 "road, car;vehicle, tree" (or the same with line breaks for commas; a line may end with a
/// comma). White space at names' ends is dropped, inside them it becomes one blank. Empty lines and comments
/// ('#' after white space or first) are skipped. Quotes keep separators in a name, as in CSV: "car, big".
/// Throws Error(kBadClassList) with line and entry: no class, an empty name, a name that occurs twice (case
/// and white space aside, also within one class), bad quotes or UTF-8, more than kMaxClasses.
RELPROMPT_API ClassList parse_class_list(std::string_view text);

/// A file with one class a line or commas, as parse_class_list. Throws Error(kBadClassList) that names the
/// file and the line, also when the file cannot be read.
RELPROMPT_API ClassList read_class_file(const std::filesystem::path& path);

/// The list with the class of the text "NAME;phrase;phrase" as its background: the class that has this name
/// or title, else one more at the end. The phrases replace its names; without any the name is its own phrase.
/// Throws Error(kBadClassList): no name, an empty phrase, one twice, or one that another class has.
RELPROMPT_API ClassList with_background(const ClassList& classes, std::string_view background);

/// The list with a background of built-in words for stuff (contrast_words) at its end, without those words
/// that a name of the classes shares a word with: nothing should compete with itself.
RELPROMPT_API ClassList with_contrast(const ClassList& classes);

/// What with_contrast adds: "sky", "wall", "grass", ...
RELPROMPT_API const std::vector<std::string>& contrast_words();

/// Sentences for TextOptions::templates: "single", "paper" (15), "imagenet" (OpenAI's 80 for ImageNet), or
/// those of a file with one a line. Throws Error(kBadTemplate).
RELPROMPT_API std::vector<std::string> named_templates(std::string_view name_or_path);

/// A built-in class list with what there is to say about it.
struct Vocabulary {
  std::string name;         ///< what the user types, such as "coco-stuff-171"
  std::string description;  ///< one line for listings
  ClassList classes;        ///< with the seen/unseen split, if there is one
};

/// All built-in class lists: voc-20, voc-21, coco-stuff-171, coco-object-81, context-59, context-60, ade-150,
/// cityscapes-19.
RELPROMPT_API const std::vector<Vocabulary>& vocabularies();

/// The built-in list of that name. Throws Error(kBadVocabulary) that lists the names and the nearest one.
RELPROMPT_API const Vocabulary& vocabulary(std::string_view name);

}  // namespace relprompt
