#include "network/torch_errors.h"
#include "network/torch_scorer.h"
#include "torch_api/functions.h"

namespace relprompt::torch_api {

std::unique_ptr<segmenter::PatchScorer> make_scorer(const model::ModelFiles& model, const std::string& device,
                                                    kernels::Precision precision) {
  return network::guarded([&] { return network::make_scorer(model, device, precision); });
}

}  // namespace relprompt::torch_api
