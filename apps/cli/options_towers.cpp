#include "options_towers.h"

#include <charconv>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "command_rows.h"
#include "usage.h"

namespace relprompt::cli {
namespace {

int number_of(const std::string& text, const std::string& all) {
  constexpr int kMost = 16384;
  int number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, problem] = std::from_chars(text.data(), end, number);
  if (problem == std::errc() && stop == end && number >= 1 && number <= kMost) return number;
  throw Error(ErrorCode::kBadArgument, fmt::format("--heads: \"{}\" is no number of heads", all),
              "--heads 16 for the image tower, --heads 16,12 for image and text tower");
}

}  // namespace

void TowerArguments::add_to(CLI::App& command, const std::string& group) {
  auto* first =
      command
          .add_option("--heads", heads,
                      "attention heads of the image tower, or of image and text tower, for a checkpoint "
                      "that does not state them [default: those of published towers of the same width, "
                      "else one for 64 numbers of it; said when assumed]")
          ->option_text("IMAGE[,TEXT]");
  auto* second =
      command
          .add_option("--activation", activation,
                      "quick_gelu, or gelu for towers that open_clip trained with it, whose files do not "
                      "say which [default: what the model states, else quick_gelu; said when assumed]")
          ->option_text("NAME");
  suggest_words(*second, {"quick_gelu", "gelu"});
  if (group.empty()) return;
  first->group(group);
  second->group(group);
}

TowerOptions TowerArguments::resolve() const {
  TowerOptions options;
  if (!activation.empty()) require_one_of("--activation", activation, {"quick_gelu", "gelu"});
  options.activation = activation;
  if (heads.empty()) return options;
  const auto parts = split_list(heads);
  options.heads = number_of(parts.front(), heads);
  if (parts.size() == 2) options.text_heads = number_of(parts.back(), heads);
  if (parts.size() > 2) number_of("", heads);
  return options;
}

}  // namespace relprompt::cli
