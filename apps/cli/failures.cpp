#include "failures.h"

#include <algorithm>

namespace relprompt::cli {

int status_of(const std::vector<Failure>& failures) {
  const auto passes = [](const Failure& failure) { return exit_status(failure.code) == 5; };
  if (std::any_of(failures.begin(), failures.end(), passes)) return 5;
  return failures.empty() ? 0 : exit_status(failures.front().code);
}

Json errors_of(const std::vector<Failure>& failures) {
  Json errors = Json::array();
  for (const Failure& failure : failures) {
    errors.push_back(
        {{"input", failure.input}, {"code", name_of(failure.code)}, {"message", failure.message}});
  }
  return errors;
}

}  // namespace relprompt::cli
