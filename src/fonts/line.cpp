#include "fonts/line.h"

#include <algorithm>
#include <memory>

#include <unicode/ubidi.h>

namespace relprompt::fonts {
namespace {

bool is_shared(UScriptCode script) {
  return script == USCRIPT_COMMON || script == USCRIPT_INHERITED || script == USCRIPT_UNKNOWN;
}

UScriptCode script_of(UChar32 character) {
  UErrorCode status = U_ZERO_ERROR;
  const UScriptCode script = uscript_getScript(character, &status);
  return U_FAILURE(status) ? USCRIPT_COMMON : script;
}

/// The script of a shared character beside one of `neighbour`.
UScriptCode script_beside(UChar32 character, UScriptCode neighbour) {
  constexpr int kMost = 64;
  UScriptCode listed[kMost];
  UErrorCode status = U_ZERO_ERROR;
  const int count = uscript_getScriptExtensions(character, listed, kMost, &status);
  if (U_FAILURE(status) || count == 0 || is_shared(listed[0])) return neighbour;
  return std::find(listed, listed + count, neighbour) != listed + count ? neighbour : listed[0];
}

/// Whether a character sits on the one before it and stays in its face.
bool is_mark(UChar32 character) {
  const auto kind = u_charType(character);
  return kind == U_NON_SPACING_MARK || kind == U_FORMAT_CHAR;
}

/// A run of one direction, cut where the face or the script changes.
void append_run(const icu::UnicodeString& text, const std::vector<UScriptCode>& scripts, int begin,
                int length, bool right_to_left, Faces& faces, std::vector<Piece>& pieces) {
  std::vector<Piece> run;
  for (int i = begin; i < begin + length;) {
    const UChar32 character = text.char32At(i);
    const int units = U16_LENGTH(character);
    const UScriptCode script = scripts[static_cast<std::size_t>(i)];
    const std::size_t face = is_mark(character) && !run.empty()
                                 ? run.back().face
                                 : faces.face_of(static_cast<std::uint32_t>(character));
    if (!run.empty() && run.back().face == face && run.back().script == script) {
      run.back().length += units;
    } else {
      run.push_back({i, units, face, right_to_left, script});
    }
    i += units;
  }
  if (right_to_left) std::reverse(run.begin(), run.end());
  pieces.insert(pieces.end(), run.begin(), run.end());
}

}  // namespace

std::vector<UScriptCode> scripts_of(const icu::UnicodeString& text) {
  std::vector<UScriptCode> scripts(static_cast<std::size_t>(text.length()), USCRIPT_COMMON);
  UScriptCode neighbour = USCRIPT_COMMON;
  for (int i = 0; i < text.length() && is_shared(neighbour); i = text.moveIndex32(i, 1))
    neighbour = script_of(text.char32At(i));
  for (int i = 0; i < text.length();) {
    const UChar32 character = text.char32At(i);
    UScriptCode script = script_of(character);
    if (is_shared(script)) {
      script = script_beside(character, neighbour);
    } else {
      neighbour = script;
    }
    const int end = std::min(text.length(), i + U16_LENGTH(character));
    for (; i < end; ++i) scripts[static_cast<std::size_t>(i)] = script;
  }
  return scripts;
}

std::vector<Piece> pieces_of(const icu::UnicodeString& text, Faces& faces) {
  std::vector<Piece> pieces;
  const auto scripts = scripts_of(text);
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<UBiDi, void (*)(UBiDi*)> order(ubidi_open(), ubidi_close);
  ubidi_setPara(order.get(), text.getBuffer(), text.length(), UBIDI_DEFAULT_LTR, nullptr, &status);
  const int runs = U_FAILURE(status) ? 0 : ubidi_countRuns(order.get(), &status);
  if (U_FAILURE(status)) {
    append_run(text, scripts, 0, text.length(), false, faces, pieces);
    return pieces;
  }
  for (int i = 0; i < runs; ++i) {
    int32_t begin = 0, length = 0;
    const bool right_to_left = ubidi_getVisualRun(order.get(), i, &begin, &length) == UBIDI_RTL;
    append_run(text, scripts, begin, length, right_to_left, faces, pieces);
  }
  return pieces;
}

}  // namespace relprompt::fonts
