// relprompt::run_experiments.
#include "relprompt/experiments.h"

#include "relprompt/error.h"

#include "api/torch_errors.h"
#include "experiments/experiments.h"

namespace relprompt {

RunOutcome run_experiments(const ExperimentSettings& settings, RunListener& listener) {
  return api::guarded([&] {
    if (settings.config.empty()) {
      throw Error(ErrorCode::kBadArgument, "no config is given", "configs/world-experiments.yaml is one");
    }
    if (settings.output.empty()) {
      throw Error(ErrorCode::kBadArgument, "no folder for the tables is given", "add -o FOLDER");
    }
    return experiments::run(settings, listener);
  });
}

}  // namespace relprompt
