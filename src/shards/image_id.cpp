#include "shards/image_id.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

namespace relprompt::shards {
namespace {

constexpr std::string_view kOwnNames = ".relprompt-";  // lists, parts, journals, temporary files

std::string problem_of_part(std::string_view part) {
  if (part.empty()) return "begins or ends with a slash, or holds two in a row";
  if (part == "." || part == "..") return fmt::format("holds \"{}\"", part);
  if (part.size() > kMaxIdPartBytes)
    return fmt::format("holds a name of {} bytes, more than {}", part.size(), kMaxIdPartBytes);
  if (part.substr(0, kOwnNames.size()) == kOwnNames)
    return fmt::format("holds \"{}\", which relprompt keeps for itself", kOwnNames);
  return "";
}

}  // namespace

std::string problem_of_id(std::string_view id) {
  if (id.empty()) return "is empty";
  if (id.size() > kMaxIdBytes) return fmt::format("has {} bytes, more than {}", id.size(), kMaxIdBytes);
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (std::any_of(id.begin(), id.end(), is_control)) return "holds a control character";
  while (true) {
    const auto slash = std::min(id.find('/'), id.size());
    if (auto problem = problem_of_part(id.substr(0, slash)); !problem.empty()) return problem;
    if (slash == id.size()) return "";
    id.remove_prefix(slash + 1);
  }
}

std::string stem_of(std::string_view path) {
  const std::filesystem::path name(path), stem = name.stem();
  const bool packed = name.extension() == ".gz" || name.extension() == ".zst";
  return packed && stem.extension() == ".tar" ? stem.stem().string() : stem.string();
}

}  // namespace relprompt::shards
