#include "data/class_names.h"

#include <string>
#include <vector>

namespace relprompt::data {
namespace {

std::vector<std::string> parts_of(std::string_view text, char separator) {
  constexpr const char* kBlanks = " \n";
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t end = text.find(separator);
    std::string_view part = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const std::size_t first = part.find_first_not_of(kBlanks);
    if (first == std::string_view::npos) continue;
    parts.emplace_back(part.substr(first, part.find_last_not_of(kBlanks) - first + 1));
  }
  return parts;
}

}  // namespace

ClassList split_names(std::string_view text) {
  ClassList classes;
  for (const std::string& entry : parts_of(text, ',')) classes.names.push_back(parts_of(entry, ';'));
  return classes;
}

}  // namespace relprompt::data
