#include "base/nearest_name.h"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <utility>

namespace relprompt {
namespace {

/// Longer input is no mistyped name, and the table is quadratic.
constexpr std::size_t kLongestName = 200;

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

/// Optimal string alignment distance, three rows of the table at a time.
std::size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> older(b.size() + 1), old(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::swap(older, old);
    std::swap(old, row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = old[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({old[j] + 1, row[j - 1] + 1, replaced});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], older[j - 2] + 1);
    }
  }
  return row[b.size()];
}

/// "coco-stuff-171 or coco-object-81" for "coco": names of which somebody typed the beginning. Empty for one
/// letter, and for more names than anyone wants to read.
std::string beginning_with(std::string_view wanted, const std::vector<std::string>& names) {
  constexpr std::size_t kMostNames = 4;
  const std::string typed = lower(wanted);
  if (typed.size() < 2) return "";
  std::string found;
  std::size_t count = 0;
  for (const std::string& name : names) {
    if (name.size() <= typed.size() || lower(name.substr(0, typed.size())) != typed) continue;
    found += (found.empty() ? "" : " or ") + name;
    ++count;
  }
  return count > kMostNames ? "" : found;
}

}  // namespace

std::string nearest_name(std::string_view wanted, const std::vector<std::string>& names) {
  if (wanted.size() > kLongestName) return "";
  const std::string typed = lower(wanted);
  std::string nearest;
  std::size_t fewest = kLongestName;
  for (const std::string& name : names) {
    if (name.size() > kLongestName) continue;
    const std::size_t edits = edit_distance(typed, lower(name));
    const std::size_t longer = std::max(typed.size(), name.size());
    if (longer < 2 || edits > std::max<std::size_t>(1, longer / 3) || edits >= fewest) continue;
    fewest = edits;
    nearest = name;
  }
  return nearest;
}

std::string suggestion(std::string_view wanted, const std::vector<std::string>& names) {
  std::string nearest = nearest_name(wanted, names);
  if (nearest.empty()) nearest = beginning_with(wanted, names);
  return nearest.empty() ? "" : "; did you mean " + nearest + "?";
}

}  // namespace relprompt
