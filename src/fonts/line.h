// A line of text as pieces that are shaped as a whole: one face, one direction, in the order in which they
// are seen.
#pragma once

#include <cstddef>
#include <vector>

#include <unicode/unistr.h>

#include "fonts/faces.h"

namespace relprompt::fonts {

struct Piece {
  int begin = 0, length = 0;  ///< in UTF-16 units of the text
  std::size_t face = 0;
  bool right_to_left = false;
};

/// The pieces from left to right, by Unicode's bidirectional algorithm.
std::vector<Piece> pieces_of(const icu::UnicodeString& text, const Faces& faces);

}  // namespace relprompt::fonts
