#include "formats/relative_name.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "relprompt/error.h"

namespace relprompt::formats {

void require_relative(const std::string& name, const std::string& what) {
  const std::filesystem::path path(name);
  const bool climbs = std::any_of(path.begin(), path.end(), [](const auto& part) { return part == ".."; });
  if (path.has_filename() && !path.is_absolute() && !climbs && name.find('\0') == std::string::npos) return;
  throw Error(ErrorCode::kBadArgument,
              fmt::format("\"{}\" is no name of {}: it must be a relative path without \"..\"", name, what));
}

}  // namespace relprompt::formats
