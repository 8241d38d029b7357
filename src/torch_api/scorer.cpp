#include "network/torch_scorer.h"
#include "torch_api/functions.h"
#include "torch_api/torch_errors.h"

namespace relprompt::torch_api {

std::unique_ptr<segmenter::PatchScorer> make_scorer(const model::ModelFiles& model, const std::string& device,
                                                    kernels::Precision precision) {
  return guarded([&] { return network::make_scorer(model, device, precision); });
}

}  // namespace relprompt::torch_api
