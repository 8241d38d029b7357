#include "network/device_scores.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "network/device_decision.h"
#include "network/device_labels.h"
#include "network/torch_errors.h"
#include "network/transfer.h"

namespace relprompt::network {
namespace {

/// What the network found wrong in the windows of a job, which its images share.
class JobFaults {
 public:
  explicit JobFaults(const std::vector<PassResult>& batches) {
    for (const auto& batch : batches) faults_.emplace_back(batch.check, Download(batch.faults));
  }

  /// Waits for the batches. Throws Error for the first fault.
  void refuse() {
    for (auto& [check, faults] : faults_) check->refuse(faults.wait());
  }

 private:
  std::vector<std::pair<std::shared_ptr<const ScoreCheck>, Download>> faults_;
};

class Scores : public segmenter::DeviceScores {
 public:
  /// Asks for the task's labels at once.
  Scores(torch::Tensor patches, const kernels::LabelTask& task, const segmenter::LabelRule& rule,
         std::shared_ptr<JobFaults> faults)
      : patches_(std::move(patches)), faults_(std::move(faults)) {
    ask(task, rule);
  }

  void labels(const kernels::LabelTask& task, const segmenter::LabelRule& rule,
              Segmentation& result) override {
    guarded([&] {
      const c10::DeviceGuard here(patches_.device());
      faults_->refuse();
      if (task.penalty != penalty_ || !(rule == rule_)) ask(task, rule);
      const auto& label = label_.wait();
      const auto* const first = reinterpret_cast<const std::uint16_t*>(label.data_ptr<std::int16_t>());
      result.labels.labels.assign(first, first + label.numel());
      const auto pixels = pixels_.wait().to(torch::kInt64);
      const auto* const counts = pixels.data_ptr<std::int64_t>();
      const auto classes = task.penalty.size();
      result.pixels.assign(counts, counts + classes);
      result.unknown_pixels = static_cast<std::uint64_t>(counts[classes]);
    });
  }

 private:
  void ask(const kernels::LabelTask& task, const segmenter::LabelRule& rule) {
    if (!best_.label.defined() || task.penalty != penalty_) best_ = device_labels(patches_, task);
    penalty_ = task.penalty;
    rule_ = rule;
    const auto decision = decide(best_, rule, task.penalty.size());
    label_ = Download(decision.label);
    pixels_ = Download(decision.pixels);
  }

  torch::Tensor patches_;  ///< [windows, S, h, w]
  std::shared_ptr<JobFaults> faults_;
  std::vector<float> penalty_;  ///< of `best_`
  DeviceLabels best_;
  segmenter::LabelRule rule_;  ///< of what follows
  Download label_, pixels_;
};

/// uint8 [H, W, 3] -> (rgb - mean) / std, [3, H, W] on the device.
torch::Tensor network_input(const Image& image, const model::Normalisation& normalisation,
                            const torch::Device& device) {
  const auto bytes = upload(image.rgb, {image.height, image.width, 3}, device);
  auto input = bytes.permute({2, 0, 1}).to(torch::kFloat32, false, true, torch::MemoryFormat::Contiguous);
  for (std::int64_t c = 0; c < 3; ++c) {
    const auto i = static_cast<std::size_t>(c);
    input[c].sub_(normalisation.mean[i]).div_(normalisation.std[i]);
  }
  return input;
}

/// The windows of all images, one image after the other: [3, height, width] each.
std::vector<torch::Tensor> crops_of(const segmenter::DeviceJob& job, const torch::Device& device) {
  std::vector<torch::Tensor> crops;
  for (const auto& image : job.images) {
    const auto input = network_input(image.resized, job.normalisation, device);
    for (const auto& window : image.windows)
      crops.push_back(input.narrow(1, window.y, window.height).narrow(2, window.x, window.width));
  }
  return crops;
}

}  // namespace

std::vector<std::unique_ptr<segmenter::DeviceScores>> score_on_device(ScorePass& pass,
                                                                      const segmenter::DeviceJob& job,
                                                                      const torch::Tensor& t) {
  const torch::InferenceMode no_gradients;
  const auto crops = crops_of(job, t.device());
  std::vector<PassResult> batches;
  std::vector<torch::Tensor> scores;
  for (std::size_t begin = 0; begin < crops.size(); begin += job.batch) {
    job.tell(begin);
    const auto end = std::min(begin + job.batch, crops.size());
    const auto windows = torch::stack(torch::TensorList(crops).slice(begin, end - begin));
    scores.push_back(batches.emplace_back(pass.run(windows, t)).scores);  // [batch, S, h, w]
  }
  const auto all = scores.size() == 1 ? scores.front() : torch::cat(scores);
  const auto faults = std::make_shared<JobFaults>(batches);
  std::vector<std::unique_ptr<segmenter::DeviceScores>> result;
  std::int64_t first = 0;
  for (const auto& image : job.images) {
    const auto windows = static_cast<std::int64_t>(image.windows.size());
    result.push_back(std::make_unique<Scores>(all.narrow(0, first, windows), image.task, job.rule, faults));
    first += windows;
  }
  return result;
}

}  // namespace relprompt::network
