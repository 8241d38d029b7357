#include "engine/dense_head.h"

#include "engine/maskclip.h"

namespace relprompt::engine {

std::unique_ptr<DenseHead> make_dense_head(model::LastLayer head, LastBlock last) {
  switch (head) {
    case model::LastLayer::kFull:
      return nullptr;
    case model::LastLayer::kValue:
      return std::make_unique<MaskClip>(std::move(last), /*residual_and_mlp=*/false);
    case model::LastLayer::kValueResidualMlp:
      return std::make_unique<MaskClip>(std::move(last), /*residual_and_mlp=*/true);
  }
  return nullptr;
}

}  // namespace relprompt::engine
