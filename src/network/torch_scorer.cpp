#include "network/torch_scorer.h"

#include <cstring>
#include <vector>

#include "network/device.h"
#include "network/device_scores.h"
#include "network/torch_errors.h"
#include "network/transfer.h"

namespace relprompt::network {
namespace {

torch::Tensor to_device(const engine::Images& windows, const torch::Device& device) {
  const std::vector<std::int64_t> shape = {windows.batch, 3, windows.height, windows.width};
  return upload(torch::from_blob(const_cast<float*>(windows.pixels), shape, torch::kFloat32), device);
}

void copy_out(const torch::Tensor& found, float* to) {
  const auto here = found.to(torch::kCPU, torch::kFloat32).contiguous();
  std::memcpy(to, here.data_ptr(), here.nbytes());
}

}  // namespace

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
  guarded([&] {
    const torch::InferenceMode no_gradients;
    const c10::DeviceGuard here(network_.device());
    const auto found = pass_.run(to_device(windows, network_.device()), classes_.rows(classes));
    found.check->refuse(found.faults.to(torch::kCPU));
    copy_out(found.scores, scores);
  });
}

void TorchScorer::cosines(const engine::Images& windows, const segmenter::ClassEmbeddings& classes,
                          float* cosines) {
  guarded([&] {
    const torch::InferenceMode no_gradients;
    const c10::DeviceGuard here(network_.device());
    copy_out(network_.cosines(to_device(windows, network_.device()), classes_.rows(classes)), cosines);
  });
}

std::vector<std::unique_ptr<segmenter::DeviceScores>> TorchScorer::score_on_device(
    const segmenter::DeviceJob& job) {
  return guarded([&] {
    const c10::DeviceGuard here(network_.device());  // events and graphs are of the present device
    return network::score_on_device(pass_, job, classes_.rows(job.classes));
  });
}

engine::Grid TorchScorer::grid_of(std::int64_t height, std::int64_t width) const {
  const auto patch = network_.patch();
  return {height / patch, width / patch};
}

}  // namespace relprompt::network
