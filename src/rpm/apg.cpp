#include "rpm/apg.h"

namespace relprompt::rpm {

torch::Tensor generate_prompts(const torch::Tensor& m, nn::Grid grid, const torch::Tensor& h, nn::Grid stored,
                               nn::Linear& linear) {
  return linear(nn::product(m.transpose(1, 2), nn::resize_rows(h, stored, grid).t()));
}

}  // namespace relprompt::rpm
