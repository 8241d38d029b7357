#include "processes/host_list.h"

#include <cctype>

namespace relprompt::processes {
namespace {

bool is_host_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '.' || c == '_';
}

}  // namespace

std::string first_host(const std::string& list) {
  std::string host;
  for (std::size_t i = 0; i < list.size() && list[i] != ','; ++i) {
    if (list[i] != '[') {
      if (!is_host_character(list[i])) return {};
      host += list[i];
      continue;
    }
    // Of a range only its first number counts; leading zeros belong to the name.
    const auto end = list.find(']', i);
    if (end == std::string::npos) return {};
    const auto digits = list.find_first_not_of("0123456789", i + 1);
    if (digits == i + 1 || (list[digits] != '-' && list[digits] != ',' && list[digits] != ']')) return {};
    host.append(list, i + 1, digits - i - 1);
    i = end;
  }
  return host;
}

}  // namespace relprompt::processes
