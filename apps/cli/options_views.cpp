#include "options_views.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "relprompt/error.h"

#include "numbers.h"

namespace relprompt::cli {

void ViewArguments::add_to(CLI::App& command, const std::string& group) {
  command
      .add_option(
          "--scales", scales,
          "test-time augmentation: the image is computed with its shorter side at each of these times "
          "--short-side, and the probabilities of the classes are averaged; numbers from 0.1 to 8 "
          "between commas, such as 0.5,0.75,1,1.25,1.5,1.75, which takes ten times the windows "
          "[default: 1]")
      ->option_text("X,Y,...")
      ->group(group);
  command
      .add_flag("--flip", flip, "and mirrored as well, at every scale, which doubles the time [default: off]")
      ->group(group);
}

std::vector<double> ViewArguments::scale_list() const {
  if (scales.empty()) return {};
  const auto numbers = decimal_list(scales);
  if (numbers) return *numbers;
  throw Error(ErrorCode::kBadArgument,
              fmt::format("--scales: expected numbers from 0.1 to 8 between commas, found \"{}\"", scales),
              "such as --scales 0.5,0.75,1,1.25,1.5,1.75");
}

std::vector<std::string> ViewArguments::changes() const {
  std::vector<std::string> changes;
  const auto list = scale_list();
  if (!list.empty()) changes.push_back(fmt::format("test.scales=[{}]", fmt::join(list, ", ")));
  if (flip) changes.push_back("test.flip=true");
  return changes;
}

}  // namespace relprompt::cli
