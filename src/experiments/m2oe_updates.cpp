#include "experiments/m2oe_updates.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include "data/order.h"
#include "evaluate/test_set.h"
#include "image/resize.h"
#include "model/label_protocol.h"
#include "model/model_files.h"
#include "network/network.h"
#include "segmenter/sliding_window.h"
#include "segmenter/text_encoder.h"

namespace relprompt::experiments {
namespace {

constexpr std::size_t kImages = 8;

/// The image as one window of the protocol's size, [1, 3, S, S].
torch::Tensor window_of(const Image& image, const model::ModelConfig& config, int side) {
  auto pixels = segmenter::network_input(image::resize(image, side, side), config.image);
  return torch::from_blob(pixels.data(), {1, 3, side, side}).clone();
}

}  // namespace

std::vector<double> m2oe_updates(const config::RunConfig& config, const std::filesystem::path& path) {
  const auto model = model::open_model(path);
  const auto set = evaluate::open_test_set(config);
  const auto embeddings = segmenter::encode_classes(model, {}, set.classes, config.text).embeddings;
  const auto texts = embeddings.texts();
  const auto t =
      torch::from_blob(const_cast<float*>(texts.rows), {texts.count, model.config.clip.joint}).clone();
  const torch::InferenceMode no_gradients;
  network::Network network(model, torch::kCPU, network::Precision::kFp32);
  std::vector<double> updates(static_cast<std::size_t>(model.config.clip.vision.layers - 1), 0);
  const int side = config.test.window > 0 ? config.test.window : model::protocol_of(model.config).window;
  const auto indices = data::spread_indices(set.dataset->size(), kImages);
  const rpm::Observer observer = [&](const std::string& name, const torch::Tensor& value) {
    for (std::size_t i = 0; i < updates.size(); ++i) {
      if (name != fmt::format("layer{}.m2oe_update", i + 1)) continue;
      updates[i] += value.mean().item<double>() / static_cast<double>(indices.size());
    }
  };
  for (const auto index : indices) {
    network.patch_scores(window_of(set.dataset->get(index).image, model.config, side), t, observer);
  }
  return updates;
}

}  // namespace relprompt::experiments
