// ctest `tooling/calls`: check_calls SOURCE_ROOT. Exit status 0 if no source makes a call that one place
// makes for all (call_rules.h), 1 with the list of offending lines otherwise, 2 if the check cannot run.
#include <exception>
#include <iostream>

#include "call_rules.h"

int main(int count, char** arguments) {
  if (count != 2) {
    std::cerr << "usage: check_calls SOURCE_ROOT\n";
    return 2;
  }
  try {
    int files = 0;
    const auto violations = relprompt::tooling::check_calls(std::filesystem::canonical(arguments[1]), files);
    for (const auto& line : violations) std::cout << line << "\n";
    std::cout << files << " files, " << violations.size() << " violations\n";
    // A walk that saw nothing proves nothing.
    return violations.empty() && files > 0 ? 0 : 1;
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 2;
  }
}
