#include "image/font_table.h"

#include <cstdlib>
#include <cstring>

#include <dlfcn.h>

#include "relprompt/version.h"

#include "base/library_beside.h"

namespace relprompt::image {
namespace {

const FontTable* load() {
  std::string reasons;  // nobody needs to hear them: the letters of before are drawn
  void* library = open_library_beside("librelprompt-fonts.so", reasons);
  if (library == nullptr) return nullptr;
  using Entry = const FontTable* (*)();
  const auto entry = reinterpret_cast<Entry>(::dlsym(library, kFontSymbol));
  const auto* table = entry == nullptr ? nullptr : entry();
  TextMask mask;
  const bool usable =
      table != nullptr && std::strcmp(table->version, RELPROMPT_VERSION) == 0 && table->render("x", 10, mask);
  return usable ? table : nullptr;
}

}  // namespace

const FontTable* font_table() {
  const char* wanted = std::getenv("RELPROMPT_FONTS");
  if (wanted != nullptr && std::strcmp(wanted, "off") == 0) return nullptr;
  static const FontTable* const table = load();
  return table;
}

}  // namespace relprompt::image
