// The options that say which classes an image is divided into, and how their names become text.
#pragma once

#include <CLI/App.hpp>
#include <string>
#include <vector>

#include "relprompt/classes.h"
#include "relprompt/segmenter.h"

namespace relprompt::cli {

struct ClassArguments {
  std::string classes;
  std::string class_file;
  std::string vocabulary;
  std::string templates;
  std::string names;
  std::string background;
  bool no_contrast = false;
  bool truncate = false;
  bool no_cache = false;

  void add_to(CLI::App& command);
  /// The class list of whichever option was given. Throws Error: kBadArgument (none or several),
  /// kBadClassList, kBadVocabulary.
  ClassList resolve_classes() const;
  /// Throws Error: kBadArgument, kBadTemplate.
  TextOptions resolve_text() const;
  /// Throws Error(kBadClassList) for a background that is none.
  BackgroundOptions resolve_background(const ClassList& list) const;

 private:
  std::vector<CLI::Option*> sources_;
};

/// The label of a word that is a name or title of a class, or else its label. Throws Error(kBadArgument) that
/// begins with the option.
std::size_t label_named(const std::string& word, const ClassList& classes, const std::string& option);

/// Labels from "0, 3, cat", where a word is a name of a class or else its label; "auto" is the list's own
/// split. Throws Error(kBadArgument).
std::vector<std::size_t> parse_seen(const std::string& text, const ClassList& classes);

}  // namespace relprompt::cli
