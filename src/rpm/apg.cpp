#include "rpm/apg.h"

#include <vector>

namespace relprompt::rpm {

torch::Tensor generate_prompts(const torch::Tensor& m, nn::Grid grid, const torch::Tensor& h, nn::Grid stored,
                               nn::Linear& linear) {
  return linear(nn::product(m.transpose(1, 2), nn::resize_rows(h, stored, grid).t()));
}

torch::Tensor generate_prompts_without_map(const torch::Tensor& p, const torch::Tensor& g,
                                           const torch::Tensor& t, const torch::Tensor& mapped,
                                           nn::Linear& linear) {
  // [B, D, E]: (m^T h W^T) is t ((p * g)^T h W^T).
  const auto meeting = nn::product(mapped.t(), (p * g.unsqueeze(1)).transpose(1, 2).flatten(0, 1));
  std::vector<torch::Tensor> prompts;
  for (const auto& image : meeting.chunk(p.size(0), 1)) prompts.push_back(nn::product(t, image));
  return torch::stack(prompts) + linear->bias;
}

torch::Tensor map_knowledge(const torch::Tensor& h, nn::Grid stored, nn::Grid grid, nn::Linear& linear) {
  return nn::product(nn::resize_rows(h, stored, grid), linear->weight);
}

bool cheaper_without_map(double classes, double patches, double joint, double width, double layers) {
  const double with = classes * (patches * joint + patches * width + width * width);
  return patches * joint * width + classes * joint * width + patches * width * width / layers < with;
}

torch::Tensor map_to_prompts(const torch::Tensor& m, nn::Grid grid, const torch::Tensor& weight,
                             nn::Grid stored, const torch::Tensor& bias) {
  return nn::product(m.transpose(1, 2), nn::resize_rows(weight, stored, grid).t()) + bias;
}

}  // namespace relprompt::rpm
