// relprompt::evaluate_model and relprompt::merge_evaluations.
#include "relprompt/training.h"

#include "api/errors.h"
#include "api/torch_backend.h"
#include "evaluate/eval_settings.h"
#include "evaluate/eval_shard.h"
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

RunOutcome merge_evaluations(const std::vector<std::filesystem::path>& shards,
                             const std::filesystem::path& output) {
  return api::guarded([&] { return evaluate::merge_shards(shards, output); });
}

}  // namespace relprompt
