// Class lists: the words that an image is divided into.
#pragma once

#include <cstddef>
#include <filesystem>
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

  std::size_t size() const { return names.size(); }
  const std::string& title(std::size_t label) const { return names[label].front(); }
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

/// A built-in class list with what there is to say about it.
struct Vocabulary {
  std::string name;         ///< what the user types, such as "coco-stuff-171"
  std::string description;  ///< one line for listings
  ClassList classes;
};

/// All built-in class lists: voc-20, coco-stuff-171, context-59, context-60, ade-150.
RELPROMPT_API const std::vector<Vocabulary>& vocabularies();

/// The built-in list of that name. Throws Error(kBadVocabulary) that lists the names and the nearest one.
RELPROMPT_API const Vocabulary& vocabulary(std::string_view name);

}  // namespace relprompt
