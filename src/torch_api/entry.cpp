// The one symbol that librelprompt-torch exports.
#include "relprompt/export.h"
#include "relprompt/version.h"

#include "api/torch_backend.h"
#include "base/process_state.h"
#include "torch_api/functions.h"

extern "C" RELPROMPT_API const relprompt::api::TorchBackend* relprompt_torch_backend(
    relprompt::ProcessState* state) {
  relprompt::adopt_process_state(state);
  namespace functions = relprompt::torch_api;
  static const relprompt::api::TorchBackend backend = {
      RELPROMPT_VERSION,          functions::train,      functions::resume_training,
      functions::evaluate,        functions::pretrain,   functions::resume_pretraining,
      functions::run_experiments, functions::make_scorer};
  return &backend;
}
