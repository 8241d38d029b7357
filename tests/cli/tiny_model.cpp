#include "tiny_model.h"

#include <cmath>
#include <cstring>
#include <deque>

#include "archive/safetensors.h"
#include "base/atomic_file.h"
#include "base/random.h"
#include "image/image_files.h"

namespace relprompt::test {
namespace {

constexpr std::int64_t kWidth = 64, kJoint = 32, kPatch = 16, kGrid = 4, kLayers = 2, kContext = 77;
constexpr const char* kMerges = "#version: 0.2\nr o\na d</w>\nro ad</w>\ns k\nsk y</w>\n";
constexpr std::int64_t kVocabulary = 512 + 5 + 2;  // bytes, bytes at a word's end, merges, start and end

/// Owns the numbers while the views are being written.
class Tensors {
 public:
  /// Values in scale * [-1, 1) + offset, from the name alone.
  void add(const std::string& name, std::vector<std::int64_t> shape, float scale, float offset = 0) {
    std::int64_t count = 1;
    for (const std::int64_t side : shape) count *= side;
    auto& values = values_.emplace_back(static_cast<std::size_t>(count));
    SplitMix64 random(fnv1a(name));
    for (float& value : values) value = scale * random.next_signed_unit() + offset;
    archive::TensorView view;
    view.name = name;
    view.shape = std::move(shape);
    view.data = reinterpret_cast<const std::byte*>(values.data());
    view.bytes = values.size() * sizeof(float);
    views_.push_back(std::move(view));
  }

  void add_norm(const std::string& name) {
    add(name + ".weight", {kWidth}, 0.1f, 1);
    add(name + ".bias", {kWidth}, 0.1f);
  }

  void add_linear(const std::string& weight, const std::string& bias, std::int64_t out, std::int64_t in) {
    add(weight, {out, in}, std::sqrt(3.0f / static_cast<float>(in)));
    add(bias, {out}, 0.1f);
  }

  void add_tower(const std::string& prefix) {
    for (int layer = 0; layer < kLayers; ++layer) {
      const std::string block = prefix + "transformer.resblocks." + std::to_string(layer) + ".";
      add_norm(block + "ln_1");
      add_norm(block + "ln_2");
      add_linear(block + "attn.in_proj_weight", block + "attn.in_proj_bias", 3 * kWidth, kWidth);
      add_linear(block + "attn.out_proj.weight", block + "attn.out_proj.bias", kWidth, kWidth);
      add_linear(block + "mlp.c_fc.weight", block + "mlp.c_fc.bias", 4 * kWidth, kWidth);
      add_linear(block + "mlp.c_proj.weight", block + "mlp.c_proj.bias", kWidth, 4 * kWidth);
    }
  }

  void add_hugging_face_tower(const std::string& prefix) {
    for (int layer = 0; layer < kLayers; ++layer) {
      const std::string block = prefix + "encoder.layers." + std::to_string(layer) + ".";
      add_norm(block + "layer_norm1");
      add_norm(block + "layer_norm2");
      for (const char* part : {"q", "k", "v", "out"}) {
        const std::string name = block + "self_attn." + part + "_proj";
        add_linear(name + ".weight", name + ".bias", kWidth, kWidth);
      }
      add_linear(block + "mlp.fc1.weight", block + "mlp.fc1.bias", 4 * kWidth, kWidth);
      add_linear(block + "mlp.fc2.weight", block + "mlp.fc2.bias", kWidth, 4 * kWidth);
    }
  }

  const std::vector<archive::TensorView>& views() const { return views_; }

 private:
  std::deque<std::vector<float>> values_;
  std::vector<archive::TensorView> views_;
};

}  // namespace

void write_tiny_clip(const std::filesystem::path& folder) {
  const float projection = std::sqrt(3.0f / kWidth);
  Tensors tensors;
  tensors.add("visual.conv1.weight", {kWidth, 3, kPatch, kPatch}, 0.06f);
  tensors.add("visual.class_embedding", {kWidth}, 0.5f);
  tensors.add("visual.positional_embedding", {kGrid * kGrid + 1, kWidth}, 0.5f);
  tensors.add_norm("visual.ln_pre");
  tensors.add_norm("visual.ln_post");
  tensors.add("visual.proj", {kWidth, kJoint}, projection);
  tensors.add_tower("visual.");
  tensors.add("token_embedding.weight", {kVocabulary, kWidth}, 0.5f);
  tensors.add("positional_embedding", {kContext, kWidth}, 0.5f);
  tensors.add_norm("ln_final");
  tensors.add("text_projection", {kWidth, kJoint}, projection);
  tensors.add_tower("");
  tensors.add("logit_scale", {}, 0, std::log(1 / 0.07f));
  archive::write_safetensors(folder / "tiny.safetensors", tensors.views());
  write_file(folder / "merges.txt", kMerges);
}

void write_tiny_hugging_face(const std::filesystem::path& folder, const std::string& mean,
                             const std::string& deviation, std::int64_t grid) {
  const float projection = std::sqrt(3.0f / kWidth);
  const std::string vision = "vision_model.", text = "text_model.";
  Tensors tensors;
  tensors.add(vision + "embeddings.patch_embedding.weight", {kWidth, 3, kPatch, kPatch}, 0.06f);
  tensors.add(vision + "embeddings.class_embedding", {kWidth}, 0.5f);
  tensors.add(vision + "embeddings.position_embedding.weight", {grid * grid + 1, kWidth}, 0.5f);
  tensors.add_norm(vision + "pre_layrnorm");
  tensors.add_norm(vision + "post_layernorm");
  tensors.add("visual_projection.weight", {kJoint, kWidth}, projection);
  tensors.add_hugging_face_tower(vision);
  tensors.add(text + "embeddings.token_embedding.weight", {kVocabulary, kWidth}, 0.5f);
  tensors.add(text + "embeddings.position_embedding.weight", {kContext, kWidth}, 0.5f);
  tensors.add_norm(text + "final_layer_norm");
  tensors.add("text_projection.weight", {kJoint, kWidth}, projection);
  tensors.add_hugging_face_tower(text);
  tensors.add("logit_scale", {}, 0, std::log(1 / 0.07f));
  archive::write_safetensors(folder / "model.safetensors", tensors.views());
  write_file(folder / "config.json",
             R"({"vision_config": {"num_attention_heads": 1}, "text_config": {"num_attention_heads": 1}})");
  write_file(folder / "preprocessor_config.json",
             "{\"image_mean\": " + mean + ", \"image_std\": " + deviation + "}");
  write_file(folder / "merges.txt", kMerges);
}

Image test_image(int height, int width, std::uint64_t seed) {
  Image image{height, width, {}};
  image.rgb.reserve(static_cast<std::size_t>(height) * static_cast<std::size_t>(width) * 3);
  for (int row = 0; row < height; ++row) {
    for (int column = 0; column < width; ++column) {
      for (int channel = 0; channel < 3; ++channel) {
        const double phase = 0.11 * row * (channel + 1) + 0.07 * column + 1.3 * static_cast<double>(seed);
        image.rgb.push_back(static_cast<std::uint8_t>(127.5 + 127 * std::sin(phase)));
      }
    }
  }
  return image;
}

void write_test_image(const std::filesystem::path& path, int height, int width, std::uint64_t seed) {
  image::write_png(path, test_image(height, width, seed));
}

}  // namespace relprompt::test
