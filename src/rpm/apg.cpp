#include "rpm/apg.h"

namespace relprompt::rpm {

torch::Tensor generate_prompts(const torch::Tensor& m, nn::Grid grid, const torch::Tensor& h, nn::Grid stored,
                               nn::Linear& linear) {
  return linear(nn::product(m.transpose(1, 2), nn::resize_rows(h, stored, grid).t()));
}

torch::Tensor map_to_prompts(const torch::Tensor& m, nn::Grid grid, const torch::Tensor& weight,
                             nn::Grid stored, const torch::Tensor& bias) {
  return nn::product(m.transpose(1, 2), nn::resize_rows(weight, stored, grid).t()) + bias;
}

}  // namespace relprompt::rpm
