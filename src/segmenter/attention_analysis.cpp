#include "segmenter/attention_analysis.h"

#include <algorithm>
#include <limits>
#include <string>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "engine/attention_distance.h"
#include "image/resize.h"
#include "segmenter/sliding_window.h"

namespace relprompt::segmenter {
namespace {

// Attention takes the square of the patches in time: 4096 of them are an image of 2048x512 for a ViT-B/16.
constexpr std::int64_t kMostPatches = 16384;

struct Input {
  std::vector<float> pixels;  ///< [1, 3, H, W]
  image::Size size;           ///< pixels
  engine::Grid grid;

  engine::Images images() const { return {pixels.data(), 1, size.height, size.width}; }
};

Input whole_image(const model::ModelConfig& config, const Image& image, int short_side) {
  SegmentOptions options;
  options.short_side = short_side == 0 ? model::protocol_of(config).window : short_side;
  options = resolve_sizes(options, config);                        // checks the side
  options.max_pixels = std::numeric_limits<std::uint64_t>::max();  // patches are limited instead
  const auto patch = config.clip.vision.patch;
  const auto size = resized_size(image, options);
  const engine::Grid grid = {size.height / patch, size.width / patch};
  if (grid.size() > kMostPatches) {
    throw Error(ErrorCode::kImageTooLarge,
                fmt::format("an image of {}x{} becomes {}x{} pixels, {} patches at once; the limit is {}",
                            image.width, image.height, size.width, size.height, grid.size(), kMostPatches),
                "crop it, or choose a smaller --short-side");
  }
  const auto resized = image::resize(image, size.height, size.width);
  return {network_input(resized, config.image), size, grid};
}

/// Largest of the rows of a class at each patch. map [S, N] -> N numbers at the end of `all`.
void append_class(const float* map, std::int64_t patches, const ClassEmbeddings& classes, std::size_t label,
                  std::vector<float>& all) {
  for (std::int64_t i = 0; i < patches; ++i) {
    float most = map[static_cast<std::int64_t>(classes.first[label]) * patches + i];
    for (auto row = classes.first[label] + 1; row < classes.first[label + 1]; ++row) {
      most = std::max(most, map[static_cast<std::int64_t>(row) * patches + i]);
    }
    all.push_back(most);
  }
}

/// A pass of which only what it shows on the way is wanted.
void run(EngineScorer& scorer, const Input& input, const ClassEmbeddings& classes,
         const engine::Observer& observer) {
  std::vector<float> scores(static_cast<std::size_t>(classes.texts().count * input.grid.size()));
  scorer.network().patch_scores(input.images(), classes.texts(), scores.data(), scorer.workspace(), observer);
}

void require_relationships(const model::ModelConfig& config) {
  if (model::variant_name(config) != "none") return;
  const std::string what =
      config.prompts
          ? fmt::format("of the method {}", name_of(model::kMethodWords, config.prompts->peft.method))
          : std::string("a bare CLIP");
  throw Error(ErrorCode::kBadModelConfig,
              fmt::format("the model has no relationship attention to show: it is {}", what),
              "models of the methods rpn and rpn_vpt have it; `relprompt info MODEL` names a model's method");
}

}  // namespace

AttentionMaps attention_maps(EngineScorer& scorer, const model::ModelConfig& config,
                             const ClassEmbeddings& classes, const Image& image, int short_side) {
  require_relationships(config);
  const auto input = whole_image(config, image, short_side);
  AttentionMaps maps;
  maps.classes = classes.classes();
  maps.height = static_cast<int>(input.grid.height);
  maps.width = static_cast<int>(input.grid.width);
  maps.patch = static_cast<int>(config.clip.vision.patch);
  maps.resized_height = input.size.height;
  maps.resized_width = input.size.width;
  run(scorer, input, classes, [&](const std::string& name, const engine::Observed& value) {
    const std::string prefix = "layer", ending = ".attention_map";
    const auto at = name.find(ending);
    if (at == std::string::npos) return;
    maps.layers.push_back(std::stoi(name.substr(prefix.size(), at - prefix.size())));
    for (std::size_t label = 0; label < maps.classes; ++label) {
      append_class(value.values, input.grid.size(), classes, label, maps.values);
    }
  });
  return maps;
}

AttentionDistances attention_distances(EngineScorer& scorer, const model::ModelFiles& model,
                                       const ClassEmbeddings& classes, const Image& image, int short_side) {
  const auto input = whole_image(model.config, image, short_side);
  const auto& vision = model.config.clip.vision;
  AttentionDistances distances;
  distances.layers = static_cast<int>(vision.layers);
  distances.heads = static_cast<int>(vision.heads);
  distances.resized_height = input.size.height;
  distances.resized_width = input.size.width;
  const engine::TowerWeights weights(model);
  auto& watcher = scorer.workspace().encoder.watcher;
  watcher = [&](const engine::LayerState& state) {
    for (const double patches : engine::attention_distance(weights, vision, state)) {
      distances.pixels.push_back(patches * static_cast<double>(vision.patch));
    }
  };
  try {
    run(scorer, input, classes, {});
  } catch (...) {
    watcher = {};
    throw;
  }
  watcher = {};
  return distances;
}

}  // namespace relprompt::segmenter
