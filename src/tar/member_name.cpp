#include "tar/member_name.h"

#include <algorithm>

#include <fmt/format.h>

namespace relprompt::tar {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), [](char c) { return lower(c); });
  return result;
}

/// __NAME__ as a whole first part.
bool is_meta(std::string_view name) {
  const auto part = name.substr(0, name.find('/'));
  return part.size() >= 4 && part.substr(0, 2) == "__" && part.substr(part.size() - 2) == "__";
}

}  // namespace

std::optional<MemberName> split_member(std::string_view name) {
  const auto slash = name.rfind('/');
  const auto start = slash == std::string_view::npos ? 0 : slash + 1;
  const auto dot = name.find('.', start);
  if (dot == std::string_view::npos || dot == start || is_meta(name)) return std::nullopt;
  return MemberName{std::string(name.substr(0, dot)), lower(name.substr(dot + 1))};
}

std::string problem_of_member(std::string_view name) {
  if (name.empty()) return "is empty or in no known encoding";
  if (name.size() > kMaxNameBytes)
    return fmt::format("has {} bytes, more than {}", name.size(), kMaxNameBytes);
  if (name.front() == '/') return "is absolute";
  if (std::any_of(name.begin(), name.end(),
                  [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; })) {
    return "holds a control character";
  }
  for (std::size_t from = 0; from <= name.size();) {
    const auto slash = std::min(name.find('/', from), name.size());
    if (name.substr(from, slash - from) == "..") return "holds \"..\"";
    from = slash + 1;
  }
  return "";
}

std::string_view tar_ending(std::string_view path) {
  for (const std::string_view ending : {".tar", ".tar.gz", ".tgz", ".tar.zst", ".tzst"}) {
    if (path.size() <= ending.size()) continue;
    const auto found = path.substr(path.size() - ending.size());
    if (lower(found) == ending && path[path.size() - ending.size() - 1] != '/') return found;
  }
  return {};
}

Packing packing_of(std::string_view ending) {
  const std::string word = lower(ending);
  if (word == ".tar.gz" || word == ".tgz") return Packing::kGzip;
  return word == ".tar.zst" || word == ".tzst" ? Packing::kZstd : Packing::kNone;
}

}  // namespace relprompt::tar
