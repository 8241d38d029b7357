// What requests may ask for: the formats of files, and what only servers make.
#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "relprompt/output.h"

#include "serve/http.h"
#include "serve/outputs.h"

namespace relprompt::serve {
namespace {

/// Without the report, whose content is the answer itself.
std::vector<std::string> known_outputs() {
  std::vector<std::string> names;
  for (const auto& format : output_formats())
    if (format.name != "json") names.push_back(format.name);
  names.emplace_back(kConfidence);
  return names;
}

}  // namespace

void check_outputs(const std::vector<std::string>& names) {
  const auto known = known_outputs();
  for (auto name = names.begin(); name != names.end(); ++name) {
    if (std::find(known.begin(), known.end(), *name) == known.end()) {
      throw HttpError(400, fmt::format("outputs: there is no \"{}\"", *name),
                      fmt::format("possible: {}", fmt::join(known, ", ")), "bad_argument");
    }
    if (std::find(names.begin(), name, *name) != name)
      throw HttpError(400, fmt::format("outputs: \"{}\" is there twice", *name), "", "bad_argument");
  }
}

}  // namespace relprompt::serve
