#include "network/torch_scorer.h"

#include <cstring>
#include <vector>

#include "network/device.h"

namespace relprompt::network {

torch::Tensor rows_of(const segmenter::ClassEmbeddings& classes, const torch::Device& device) {
  const std::vector<std::int64_t> shape = {classes.texts().count, classes.width};
  return torch::from_blob(const_cast<float*>(classes.rows.data()), shape, torch::kFloat32).clone().to(device);
}

std::unique_ptr<segmenter::PatchScorer> make_scorer(const model::ModelFiles& model, const std::string& device,
                                                    kernels::Precision precision) {
  const auto place = device_of(device);
  if (place.is_cpu()) {
    return std::make_unique<segmenter::OwningScorer>(std::make_shared<engine::Network>(model, precision));
  }
  return std::make_unique<OwningTorchScorer>(std::make_unique<Network>(model, place, precision));
}

void TorchScorer::patch_scores(const engine::Images& windows, const segmenter::ClassEmbeddings& classes,
                               float* scores) {
  const torch::InferenceMode no_gradients;
  const std::vector<std::int64_t> shape = {windows.batch, 3, windows.height, windows.width};
  const auto image =
      torch::from_blob(const_cast<float*>(windows.pixels), shape, torch::kFloat32).to(network_.device());
  const auto found = network_.patch_scores(image, rows_of(classes, network_.device()))
                         .to(torch::kCPU, torch::kFloat32)
                         .contiguous();
  std::memcpy(scores, found.data_ptr(), found.nbytes());
}

engine::Grid TorchScorer::grid_of(std::int64_t height, std::int64_t width) const {
  const auto patch = network_.patch();
  return {height / patch, width / patch};
}

}  // namespace relprompt::network
