// relprompt::run_experiments.
#include "relprompt/experiments.h"

#include "relprompt/error.h"

#include "experiments/experiments.h"
#include "network/torch_errors.h"
#include "torch_api/functions.h"

namespace relprompt::torch_api {

RunOutcome run_experiments(const ExperimentSettings& settings, RunListener& listener) {
  return network::guarded([&] {
    if (settings.config.empty()) {
      throw Error(ErrorCode::kBadArgument, "no config is given", "configs/world-methods.yaml is one");
    }
    if (settings.output.empty() && !settings.dry_run) {
      throw Error(ErrorCode::kBadArgument, "no folder for the tables is given", "add -o FOLDER");
    }
    return experiments::run(settings, listener);
  });
}

}  // namespace relprompt::torch_api
