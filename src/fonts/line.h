// A line of text as pieces that are shaped as a whole: one face, one direction, one script, in the order in
// which they are seen.
#pragma once

#include <cstddef>
#include <vector>

#include <unicode/unistr.h>
#include <unicode/uscript.h>

#include "fonts/faces.h"

namespace relprompt::fonts {

struct Piece {
  int begin = 0, length = 0;  ///< in UTF-16 units of the text
  std::size_t face = 0;
  bool right_to_left = false;
  UScriptCode script = USCRIPT_COMMON;
};

/// The script of every UTF-16 unit. What several scripts share (blanks, digits, marks) takes that of what
/// stands before it, at the start of what follows; unless it is said to belong to others: then the first.
std::vector<UScriptCode> scripts_of(const icu::UnicodeString& text);

/// The pieces from left to right, by Unicode's bidirectional algorithm.
std::vector<Piece> pieces_of(const icu::UnicodeString& text, Faces& faces);

}  // namespace relprompt::fonts
