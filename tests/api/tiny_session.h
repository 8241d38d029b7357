// A tiny model in a scratch folder, with a cache folder of its own, and images for it.
#pragma once

#include <cstdint>
#include <cstdlib>

#include <gtest/gtest.h>

#include "relprompt/segmenter.h"

#include "model/model_config.h"
#include "test_support.h"
#include "tiny_models.h"

namespace relprompt::test {

class TinySession : public testing::Test {
 protected:
  TinySession() {
    ::setenv("XDG_CACHE_HOME", (scratch_ / "cache").c_str(), 1);
    config_.clip = tiny_config();
    config_.prompts = tiny_prompts(model::Variant::kPaper, config_.clip);
    config_.test = model::TestProtocol::for_tower(config_.clip.vision);
    write_hashed_model(folder(), config_);
  }

  std::filesystem::path folder() const { return scratch_ / "model"; }

  static ModelOptions one_thread() {
    ModelOptions options;
    options.threads = 1;
    return options;
  }

  /// Colours that change slowly with the place and with `seed`.
  static Image make_image(int height, int width, unsigned seed = 0) {
    Image image{height, width, {}};
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        for (unsigned c = 0; c < 3; ++c) {
          const unsigned value =
              static_cast<unsigned>(y) * (c + 2) + static_cast<unsigned>(x) * (4 - c) + 37 * seed;
          image.rgb.push_back(static_cast<std::uint8_t>(value % 256));
        }
      }
    }
    return image;
  }

  TemporaryFolder scratch_;
  model::ModelConfig config_;
};

}  // namespace relprompt::test
