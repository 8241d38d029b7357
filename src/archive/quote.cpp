// JSON's escapes do what a message needs, so the JSON library writes them.
#include "archive/quote.h"

#include <nlohmann/json.hpp>

namespace relprompt::archive {

std::string quote(std::string_view text) {
  constexpr std::size_t kLongest = 120;
  std::string shown(text.substr(0, kLongest));
  if (shown.size() < text.size()) shown += "...";
  using Json = nlohmann::json;
  return Json(std::move(shown)).dump(-1, ' ', true, Json::error_handler_t::replace);
}

}  // namespace relprompt::archive
