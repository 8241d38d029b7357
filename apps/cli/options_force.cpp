#include "options_force.h"

#include <fmt/format.h>

namespace relprompt::cli {

void add_force(CLI::App& command, bool& force, const std::string& what, const std::string& group) {
  CLI::Option* option = command.add_flag(
      "--force", force,
      fmt::format("replace {} of an earlier command; files that relprompt did not write, or that were "
                  "changed since, always stay",
                  what));
  if (!group.empty()) option->group(group);
}

}  // namespace relprompt::cli
