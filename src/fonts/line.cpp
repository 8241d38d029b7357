#include "fonts/line.h"

#include <algorithm>
#include <memory>

#include <unicode/ubidi.h>

namespace relprompt::fonts {
namespace {

/// A run of one direction, cut where the face changes. Marks that sit on a letter stay in its face.
void append_run(const icu::UnicodeString& text, int begin, int length, bool right_to_left, const Faces& faces,
                std::vector<Piece>& pieces) {
  std::vector<Piece> run;
  for (int i = begin; i < begin + length;) {
    const UChar32 character = text.char32At(i);
    const int units = U16_LENGTH(character);
    const bool mark = u_charType(character) == U_NON_SPACING_MARK || u_charType(character) == U_FORMAT_CHAR;
    const std::size_t face =
        mark && !run.empty() ? run.back().face : faces.face_of(static_cast<std::uint32_t>(character));
    if (!run.empty() && run.back().face == face) {
      run.back().length += units;
    } else {
      run.push_back({i, units, face, right_to_left});
    }
    i += units;
  }
  if (right_to_left) std::reverse(run.begin(), run.end());
  pieces.insert(pieces.end(), run.begin(), run.end());
}

}  // namespace

std::vector<Piece> pieces_of(const icu::UnicodeString& text, const Faces& faces) {
  std::vector<Piece> pieces;
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<UBiDi, void (*)(UBiDi*)> order(ubidi_open(), ubidi_close);
  ubidi_setPara(order.get(), text.getBuffer(), text.length(), UBIDI_DEFAULT_LTR, nullptr, &status);
  const int runs = U_FAILURE(status) ? 0 : ubidi_countRuns(order.get(), &status);
  if (U_FAILURE(status)) {
    append_run(text, 0, text.length(), false, faces, pieces);
    return pieces;
  }
  for (int i = 0; i < runs; ++i) {
    int32_t begin = 0, length = 0;
    const bool right_to_left = ubidi_getVisualRun(order.get(), i, &begin, &length) == UBIDI_RTL;
    append_run(text, begin, length, right_to_left, faces, pieces);
  }
  return pieces;
}

}  // namespace relprompt::fonts
