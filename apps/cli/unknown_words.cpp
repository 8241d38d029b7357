#include "unknown_words.h"

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "terminal.h"

namespace relprompt::cli {
namespace {

// As many words as a reader may take in; a world of a hundred words is shown whole.
constexpr std::size_t kMostShown = 120;

std::string listed(const std::vector<std::string>& words) {
  const auto shown = static_cast<std::ptrdiff_t>(std::min(words.size(), kMostShown));
  auto text = fmt::format("{}", fmt::join(words.begin(), words.begin() + shown, ", "));
  if (words.size() > kMostShown) text += fmt::format(" and {} more", words.size() - kMostShown);
  return text;
}

}  // namespace

void warn_of_unknown_words(const Segmenter& segmenter) {
  const auto& unknown = segmenter.unknown_words();
  if (unknown.empty()) return;
  print_warning(printable(
      fmt::format("words this model never saw in training: {}; their results mean little\n  it knows: {}",
                  listed(unknown), listed(segmenter.known_words())),
      true));
}

}  // namespace relprompt::cli
