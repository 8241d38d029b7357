// The one symbol that librelprompt-torch exports.
#include "relprompt/version.h"

#include "api/torch_backend.h"
#include "torch_api/functions.h"

extern "C" __attribute__((visibility("default"))) const relprompt::api::TorchBackend*
relprompt_torch_backend() {
  namespace functions = relprompt::torch_api;
  static const relprompt::api::TorchBackend backend = {
      RELPROMPT_VERSION,          functions::train,      functions::resume_training,
      functions::evaluate,        functions::pretrain,   functions::resume_pretraining,
      functions::run_experiments, functions::make_scorer};
  return &backend;
}
