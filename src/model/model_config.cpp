#include "model/model_config.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "relprompt/error.h"

namespace relprompt::model {

Normalisation Normalisation::image_net() {
  return {{123.675f, 116.28f, 103.53f}, {58.395f, 57.12f, 57.375f}};
}

Normalisation Normalisation::clip() {
  return {{0.48145466f * 255, 0.4578275f * 255, 0.40821073f * 255},
          {0.26862954f * 255, 0.26130258f * 255, 0.27577711f * 255}};
}

void check_normalisation(const Normalisation& image, const std::string& path) {
  // Far beyond any scale that colours have; images stay numbers whatever lies between.
  constexpr float kSmallest = 1e-6f, kLargest = 1e6f;
  for (std::size_t i = 0; i < image.std.size(); ++i) {
    // Written so that NaN fails.
    if (!(image.std[i] >= kSmallest && image.std[i] <= kLargest)) {
      throw Error(
          ErrorCode::kBadModelConfig,
          fmt::format("{}: 'std' should be three numbers above 0 (from 1e-06 to 1e+06 on the 0-255 scale), "
                      "found {}",
                      path, image.std[i]));
    }
    if (!(std::abs(image.mean[i]) <= kLargest)) {
      throw Error(
          ErrorCode::kBadModelConfig,
          fmt::format("{}: 'mean' should be three numbers (at most 1e+06 on the 0-255 scale), found {}", path,
                      image.mean[i]));
    }
  }
}

TestProtocol TestProtocol::for_tower(const model::VisionConfig& vision) {
  constexpr std::int64_t kSmallestRealTower = 224;
  const auto size = vision.image_size();
  if (size >= kSmallestRealTower) return {};
  const int window = static_cast<int>(size);
  return {window, window, std::max(1, window * 426 / 512)};
}

std::string variant_name(const ModelConfig& config) {
  const bool has_variant = config.prompts && has_rpm(config.prompts->peft.method);
  return has_variant ? name_of(kVariantWords, config.prompts->rpm.variant) : "none";
}

}  // namespace relprompt::model
