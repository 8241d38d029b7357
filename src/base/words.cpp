#include "base/words.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/json_excerpt.h"
#include "base/nearest_name.h"

namespace relprompt {

void refuse_word(std::string_view found, const std::vector<std::string>& names, const std::string& what,
                 ErrorCode code) {
  throw Error(code, fmt::format("{} should be one of {}, found {}{}", what, fmt::join(names, ", "),
                                json_excerpt(std::string(found)), suggestion(found, names)));
}

}  // namespace relprompt
