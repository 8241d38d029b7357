#include "image/font_table.h"

#include <cstdlib>
#include <cstring>
#include <string>

#include "base/library_beside.h"

namespace relprompt::image {
namespace {

const FontTable* load() {
  std::string reasons;  // nobody needs to hear them: the letters of before are drawn
  const auto* table = table_beside<FontTable>("librelprompt-fonts.so", kFontSymbol, reasons);
  TextMask mask;
  return table != nullptr && table->render("x", 10, mask) ? table : nullptr;
}

}  // namespace

const FontTable* font_table() {
  const char* wanted = std::getenv("RELPROMPT_FONTS");
  if (wanted != nullptr && std::strcmp(wanted, "off") == 0) return nullptr;
  static const FontTable* const table = load();
  return table;
}

}  // namespace relprompt::image
