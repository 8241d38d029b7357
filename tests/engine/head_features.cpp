#include "head_features.h"

#include "engine/packed_tower.h"
#include "kernels/layer_norm.h"
#include "kernels/linear.h"

namespace relprompt::engine {
namespace {

ClipEncoder headed(model::ModelFiles& model, const std::string& head, kernels::Precision precision) {
  model.config.head = head;
  std::vector<kernels::BlockPacking> packings(static_cast<std::size_t>(model.config.clip.vision.layers));
  for (auto& packing : packings) packing.precision = precision;
  const TowerWeights weights(model);
  return {model.config, weights, packed_tower(model, weights, packings, {/*use=*/false}), precision};
}

}  // namespace

HeadedEncoder::HeadedEncoder(model::ModelFiles& model, const std::string& head, kernels::Precision precision)
    : encoder_(headed(model, head, precision)) {}

std::vector<float> HeadedEncoder::features(const Images& images) {
  const auto state = encoder_.encode(images, nullptr, workspace_);
  const auto d = encoder_.width(), e = encoder_.joint(), n = state.layout.patches();
  const auto& norm = encoder_.ln_post();
  std::vector<float> normed(static_cast<std::size_t>(n * d)),
      all(static_cast<std::size_t>(images.batch * n * e));
  for (std::int64_t b = 0; b < images.batch; ++b) {
    const float* patches = state.tokens + (b * state.layout.tokens + state.layout.first_patch) * d;
    kernels::layer_norm(patches, n, d, norm.weight, norm.bias, norm.epsilon, normed.data());
    kernels::linear(normed.data(), n, d, encoder_.projection(), nullptr, e, all.data() + b * n * e);
  }
  return all;
}

model::Tensor normalised(const model::Tensor& image, const float (&mean)[3], const float (&std)[3]) {
  const auto height = image.shape()[0], width = image.shape()[1];
  const auto* bytes = static_cast<const std::uint8_t*>(image.data());
  std::vector<float> values(static_cast<std::size_t>(3 * height * width));
  for (std::int64_t c = 0; c < 3; ++c) {
    for (std::int64_t i = 0; i < height * width; ++i) {
      const float level = static_cast<float>(bytes[3 * i + c]) / 255;
      values[static_cast<std::size_t>(c * height * width + i)] = (level - mean[c]) / std[c];
    }
  }
  return {{1, 3, height, width}, std::move(values)};
}

}  // namespace relprompt::engine
