// Many names in one message: the first ones and how many more there are.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace relprompt {

/// The names joined by `separator`; beyond `most` of them "... and N more" stands for the rest.
inline std::string short_list(const std::vector<std::string>& names, const char* separator = ", ",
                              std::size_t most = 8) {
  if (names.size() <= most) return fmt::format("{}", fmt::join(names, separator));
  const auto end = names.begin() + static_cast<std::ptrdiff_t>(most);
  return fmt::format("{}{}... and {} more", fmt::join(names.begin(), end, separator), separator,
                     names.size() - most);
}

}  // namespace relprompt
