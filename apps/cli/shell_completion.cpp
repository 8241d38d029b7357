#include "shell_completion.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "completion_bash.h"
#include "completion_fish.h"
#include "completion_zsh.h"

namespace relprompt::cli {

const std::vector<std::string>& completion_shells() {
  static const std::vector<std::string> shells = {"bash", "zsh", "fish"};
  return shells;
}

std::string completion_script(const std::string& shell, const std::vector<CommandRow>& rows) {
  if (shell == "bash") return bash_script(rows);
  if (shell == "zsh") return zsh_script(rows);
  return fish_script(rows);
}

}  // namespace relprompt::cli
