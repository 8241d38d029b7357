#include "network/device_scores.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "network/device_labels.h"
#include "network/torch_scorer.h"

namespace relprompt::network {
namespace {

class Scores : public segmenter::DeviceScores {
 public:
  explicit Scores(torch::Tensor patches) : patches_(std::move(patches)) {}

  void labels(const kernels::LabelTask& task, std::int32_t* label, float* score) override {
    const auto found = device_labels(patches_, task);
    copy(found.label, label);
    copy(found.score, score);
  }

 private:
  static void copy(const torch::Tensor& from, void* to) {
    const auto here = from.to(torch::kCPU).contiguous();
    std::memcpy(to, here.data_ptr(), here.nbytes());
  }

  torch::Tensor patches_;  ///< [windows, S, h, w]
};

/// uint8 [H, W, 3] -> (rgb - mean) / std, [3, H, W] on the device.
torch::Tensor network_input(const Image& image, const model::Normalisation& normalisation,
                            const torch::Device& device) {
  const std::vector<std::int64_t> shape = {image.height, image.width, 3};
  const auto bytes =
      torch::from_blob(const_cast<std::uint8_t*>(image.rgb.data()), shape, torch::kUInt8).to(device);
  auto input = bytes.permute({2, 0, 1}).to(torch::kFloat32, false, true, torch::MemoryFormat::Contiguous);
  for (std::int64_t c = 0; c < 3; ++c) {
    const auto i = static_cast<std::size_t>(c);
    input[c].sub_(normalisation.mean[i]).div_(normalisation.std[i]);
  }
  return input;
}

}  // namespace

std::unique_ptr<segmenter::DeviceScores> score_on_device(Network& network, const segmenter::DeviceJob& job) {
  const torch::InferenceMode no_gradients;
  const auto input = network_input(job.resized, job.normalisation, network.device());
  const auto t = rows_of(job.classes, network.device());
  std::vector<torch::Tensor> scores, crops;
  for (std::size_t begin = 0; begin < job.windows.size(); begin += job.batch) {
    job.tell(begin);
    crops.clear();
    for (auto i = begin; i < std::min(begin + job.batch, job.windows.size()); ++i) {
      const auto& window = job.windows[i];
      crops.push_back(input.narrow(1, window.y, window.height).narrow(2, window.x, window.width));
    }
    scores.push_back(network.patch_scores(torch::stack(crops), t).to(torch::kFloat32));  // [batch, S, h, w]
  }
  return std::make_unique<Scores>(scores.size() == 1 ? scores.front() : torch::cat(scores));
}

}  // namespace relprompt::network
