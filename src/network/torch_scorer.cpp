#include "network/torch_scorer.h"

#include <cstring>
#include <vector>

#include "network/device.h"
#include "network/device_scores.h"

namespace relprompt::network {
namespace {

torch::Tensor to_device(const engine::Images& windows, const torch::Device& device) {
  const std::vector<std::int64_t> shape = {windows.batch, 3, windows.height, windows.width};
  return torch::from_blob(const_cast<float*>(windows.pixels), shape, torch::kFloat32).to(device);
}

void copy_out(const torch::Tensor& found, float* to) {
  const auto here = found.to(torch::kCPU, torch::kFloat32).contiguous();
  std::memcpy(to, here.data_ptr(), here.nbytes());
}

}  // namespace

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
  const auto t = rows_of(classes, network_.device());
  copy_out(network_.patch_scores(to_device(windows, network_.device()), t), scores);
}

void TorchScorer::cosines(const engine::Images& windows, const segmenter::ClassEmbeddings& classes,
                          float* cosines) {
  const torch::InferenceMode no_gradients;
  const auto t = rows_of(classes, network_.device());
  copy_out(network_.cosines(to_device(windows, network_.device()), t), cosines);
}

std::unique_ptr<segmenter::DeviceScores> TorchScorer::score_on_device(const segmenter::DeviceJob& job) {
  return network::score_on_device(network_, job);
}

engine::Grid TorchScorer::grid_of(std::int64_t height, std::int64_t width) const {
  const auto patch = network_.patch();
  return {height / patch, width / patch};
}

}  // namespace relprompt::network
