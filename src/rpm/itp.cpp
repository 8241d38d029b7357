#include "rpm/itp.h"

#include "nn/linear.h"

namespace relprompt::rpm {

torch::Tensor image_to_pixel_attention(const torch::Tensor& p, const torch::Tensor& g, const torch::Tensor& t,
                                       const model::ItpOptions& options) {
  if (!options.pixel_level) {
    return torch::matmul(g, t.t()).unsqueeze(1).expand({p.size(0), p.size(1), t.size(0)});
  }
  if (!options.image_level) return nn::product(p, t);
  // (p * g) t^T is p (t * g)^T without a [B, C, E] tensor, so memory does not grow with B times C.
  return nn::product(p * g.unsqueeze(1), t);
}

}  // namespace relprompt::rpm
