// One line of a class list: which names it holds, and how names are written so that they are read again.
//
// Separators inside a name need quotes, as in CSV: "car, big" is one name, and two quotes in a row stand for
// one of the name's own. A backslash before a separator does the same for people who expect that of it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace relprompt::text {

struct WrittenClass {
  std::string_view written;  ///< as it stands in the line, without white space at the ends
  std::vector<std::string>
      names;  ///< white space as written; of nothing else where nothing is between separators
};

/// What a line says, or what is wrong with it.
struct ClassLine {
  std::vector<WrittenClass> classes;
  std::string problem, hint;  ///< both empty if there is none
};

/// Reads a line of valid UTF-8 without its line break. ',' separates classes and ';' names of one class; a
/// comma at the end is no class. '#' starts a comment at the start of the line or after white space. A name
/// that starts with '"' ends at the next single '"', and '""' within it is a quote. Elsewhere a backslash
/// before one of , ; # " \ makes that character part of the name. Of more than kMaxClasses classes some are
/// left out. The views point into `line`.
ClassLine read_class_line(std::string_view line);

/// The names of a class with ';' between them, in quotes where they need them: read_class_line reads the same
/// names from it. None may be empty, hold a line break, or have white space at its ends.
std::string class_line(const std::vector<std::string>& names);

}  // namespace relprompt::text
