#include "engine/packed_tower.h"

#include <optional>
#include <string>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "base/hash.h"
#include "engine/dense_head.h"

namespace relprompt::engine {
namespace {

using kernels::PackedBlock;

std::uint64_t bytes_of(kernels::Precision precision) {
  return precision == kernels::Precision::kFp32 ? 4 : precision == kernels::Precision::kBf16 ? 2 : 1;
}

class Tower {
 public:
  Tower(const model::ModelFiles& model, const TowerWeights& weights,
        const std::vector<kernels::BlockPacking>& packings)
      : model_(model), weights_(weights), packings_(packings), layers_(packed_layers(model.config)) {}

  std::vector<PackedBlock> pack() const {
    std::vector<PackedBlock> blocks;
    each([&](PackedBlock block) { blocks.push_back(std::move(block)); });
    return blocks;
  }

  void write(kernels::PackArchive& to) const {
    each([&](PackedBlock block) { block.write(to); });
  }

  /// Nothing if the cache has no pack of this tower.
  std::optional<std::vector<PackedBlock>> read(const model::PackCache& cache) const {
    const auto file = cache.open();
    if (!file) return std::nullopt;
    model::PackReader reader(file);
    const auto& vision = model_.config.clip.vision;
    kernels::BlockWeights shape;
    shape.width = vision.width;
    shape.heads = vision.heads;
    shape.mlp_width = vision.mlp_width;
    shape.activation = model_.config.clip.activation;
    shape.ln_1.epsilon = shape.ln_2.epsilon = vision.norm_epsilon;
    std::vector<PackedBlock> blocks;
    for (std::int64_t i = 0; i < layers_; ++i) {
      blocks.emplace_back(shape, packing(i).precision, !packing(i).means.empty(), reader);
    }
    return blocks;
  }

  /// All that decides the packed bytes but for the model's tensors.
  std::string parameters() const {
    const auto& vision = model_.config.clip.vision;
    const auto& prompts = model_.config.prompts;
    const bool changed = prompts && model::changes_weights(prompts->peft.method);
    auto text = fmt::format("{} layers of {} and {}, {} folded in\n", layers_, vision.width, vision.mlp_width,
                            changed ? name_of(model::kMethodWords, prompts->peft.method) : "nothing");
    for (std::int64_t i = 0; i < layers_; ++i) {
      Sha256 means;
      for (const auto* mean :
           {&packing(i).means.qkv, &packing(i).means.proj, &packing(i).means.fc1, &packing(i).means.fc2}) {
        means.update(mean->data(), mean->size() * sizeof(float));
      }
      text += fmt::format("layer {} less means {}\n", i + 1, means.hex());
      const bool again = i > 0 && packing(i).precision == packing(i - 1).precision;
      if (!again) text += PackedBlock::layout(vision.width, vision.mlp_width, packing(i).precision);
    }
    return text;
  }

  /// About the bytes of a pack.
  std::uint64_t bytes() const {
    const auto& vision = model_.config.clip.vision;
    const auto numbers = static_cast<std::uint64_t>(vision.width * (4 * vision.width + 2 * vision.mlp_width));
    std::uint64_t all = 0;
    for (std::int64_t i = 0; i < layers_; ++i) all += numbers * bytes_of(packing(i).precision);
    return all;
  }

 private:
  const kernels::BlockPacking& packing(std::int64_t layer) const {
    return packings_[static_cast<std::size_t>(layer)];
  }

  /// Packs one layer after the other; the file's pages are given back behind each.
  template <typename Take>
  void each(const Take& take) const {
    const auto& clip = model_.config.clip;
    for (std::int64_t i = 0; i < layers_; ++i) {
      const auto stem = "transformer.resblocks." + std::to_string(i) + ".";
      const auto tensors =
          block_tensors(clip.vision.norm_epsilon, [&](const char* name) { return weights_.at(stem + name); });
      take(PackedBlock(tensors.weights(clip.vision.heads, clip.activation), packing(i).precision,
                       packing(i).means));
      model_.clip->archive().release_pages();
    }
  }

  const model::ModelFiles& model_;
  const TowerWeights& weights_;
  const std::vector<kernels::BlockPacking>& packings_;
  std::int64_t layers_;
};

}  // namespace

std::int64_t packed_layers(const model::ModelConfig& config) {
  return config.clip.vision.layers - (has_dense_head(config) ? 1 : 0);
}

std::vector<PackedBlock> packed_tower(const model::ModelFiles& model, const TowerWeights& weights,
                                      const std::vector<kernels::BlockPacking>& packings,
                                      const model::PackCacheRules& rules) {
  const Tower tower(model, weights, packings);
  // What names a pack takes asking oneDNN for its layouts: not for models too small to be kept.
  const bool kept = rules.use && tower.bytes() >= rules.least_bytes;
  if (!kept) return tower.pack();
  const model::PackCache cache(model, tower.parameters(), tower.bytes(), rules);
  if (auto blocks = tower.read(cache)) return std::move(*blocks);
  const bool written = cache.write([&](kernels::PackArchive& to) { tower.write(to); });
  if (auto blocks = written ? tower.read(cache) : std::nullopt) return std::move(*blocks);
  return tower.pack();
}

}  // namespace relprompt::engine
