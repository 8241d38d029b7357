// relprompt::evaluate_model.
#include "relprompt/training.h"

#include "api/errors.h"
#include "api/torch_backend.h"
#include "evaluate/eval_settings.h"
#include "kernels/threads.h"
#include "processes/environment.h"

namespace relprompt {

RunOutcome evaluate_model(const RunSettings& settings, RunListener& listener) {
  return api::guarded([&] {
    auto config = evaluate::config_of(settings);
    const auto request = evaluate::request_of(settings);
    if (processes::environment().size > 1) {
      return api::torch_backend("an evaluation by several processes").evaluate(settings, listener);
    }
    if (config.device != "cpu") {
      return api::torch_backend("an evaluation on " + config.device).evaluate(settings, listener);
    }
    config.threads = kernels::set_threads(config.threads);
    processes::SingleProcess alone;
    return evaluate::run_evaluation(config, request, alone, listener);
  });
}

}  // namespace relprompt
