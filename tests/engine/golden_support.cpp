#include "golden_support.h"

namespace relprompt::engine {
namespace {

/// [B, C, N] -> [B, N, C], as the reference holds attention maps.
std::vector<float> swapped(const Observed& value) {
  const auto b = value.shape[0], c = value.shape[1], n = value.shape[2];
  std::vector<float> result(static_cast<std::size_t>(b * c * n));
  for (std::int64_t i = 0; i < b * n * c; ++i) {
    result[static_cast<std::size_t>(i)] = value.values[(i / (n * c) * c + i % c) * n + i / c % n];
  }
  return result;
}

std::vector<float> numbers_of(const std::string& stage, const Observed& value) {
  if (stage.find("attention_map") != std::string::npos) return swapped(value);
  std::int64_t count = 1;
  for (const auto size : value.shape) count *= size;
  return {value.values, value.values + count};
}

}  // namespace

Images images_of(const model::Tensor& pixels) {
  const auto& shape = pixels.shape();
  return {pixels.floats(), shape[0], shape[2], shape[3]};
}

std::vector<float> scores_of(const Network& network, const Images& images, const model::Tensor& text,
                             const Observer& observer) {
  Workspace workspace;
  const auto cells = network.grid_of(images.height, images.width).size();
  std::vector<float> scores(static_cast<std::size_t>(images.batch * text.shape()[0] * cells));
  network.patch_scores(images, {text.floats(), text.shape()[0]}, scores.data(), workspace, observer);
  return scores;
}

std::size_t expect_every_stage(const Network& network, const test::GoldenFile& golden,
                               const std::string& prefix, double tolerance) {
  std::size_t stages = 0;
  const auto observer = [&](const std::string& stage, const Observed& value) {
    EXPECT_TRUE(test::near(numbers_of(stage, value), golden[prefix + stage], tolerance)) << stage;
    ++stages;
  };
  const auto image = golden["image"];
  const auto scores = scores_of(network, images_of(image), golden["text"], observer);
  EXPECT_TRUE(test::near(scores, golden[prefix + "patch_logits"], tolerance));
  return stages;
}

}  // namespace relprompt::engine
