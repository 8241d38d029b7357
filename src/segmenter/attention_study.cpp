#include "segmenter/attention_study.h"

#include <limits>
#include <map>
#include <string>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "clip/attention_distance.h"
#include "image/resize.h"
#include "segmenter/photo_segmenter.h"

namespace relprompt::segmenter {
namespace {

// Attention takes the square of the patches in time: 4096 of them are a photo of 2048x512 for a ViT-B/16.
constexpr std::int64_t kMostPatches = 16384;

struct Input {
  torch::Tensor tensor;  ///< [1, 3, H, W]
  image::Size size;      ///< pixels
  nn::Grid grid;
};

Input whole_photo(const Network& network, const ModelConfig& config, const Image& photo, int short_side) {
  SegmentOptions options;
  options.short_side = short_side == 0 ? config.test.window : short_side;
  options = resolve(options, config, 0);                           // checks the side
  options.max_pixels = std::numeric_limits<std::uint64_t>::max();  // patches are limited instead
  const auto patch = config.clip.vision.patch;
  const auto size = resized_size(photo, options);
  const nn::Grid grid = {size.height / patch, size.width / patch};
  if (grid.size() > kMostPatches) {
    throw Error(ErrorCode::kImageTooLarge,
                fmt::format("a photo of {}x{} becomes {}x{} pixels, {} patches at once; the limit is {}",
                            photo.width, photo.height, size.width, size.height, grid.size(), kMostPatches),
                "crop it, or choose a smaller --short-side");
  }
  const auto resized = image::resize(photo, size.height, size.width);
  return {network_input(resized, config.image, network.device()), size, grid};
}

/// Rows of one class [rows, N] -> [N].
torch::Tensor of_class(const torch::Tensor& rows, const ClassEmbeddings& classes, std::size_t label) {
  const auto first = static_cast<std::int64_t>(classes.first[label]);
  const auto last = static_cast<std::int64_t>(classes.first[label + 1]);
  return rows.narrow(0, first, last - first).amax(0);
}

void append(const torch::Tensor& values, std::vector<float>& all) {
  const auto flat = values.to(torch::kCPU, torch::kFloat32).contiguous();
  all.insert(all.end(), flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel());
}

void require_relationships(const ModelConfig& config) {
  if (variant_name(config) != "none") return;
  const std::string what = config.prompts
                               ? fmt::format("of the method {}", peft::name_of(config.prompts->peft.method))
                               : std::string("a bare CLIP");
  throw Error(ErrorCode::kBadModelConfig,
              fmt::format("the model has no relationship attention to show: it is {}", what),
              "models of the methods rpn and rpn_vpt have it; `relprompt info MODEL` names a model's method");
}

}  // namespace

AttentionMaps attention_maps(Network& network, const ModelConfig& config, const ClassEmbeddings& classes,
                             const Image& photo, int short_side) {
  require_relationships(config);
  const auto input = whole_photo(network, config, photo, short_side);
  std::map<int, torch::Tensor> by_layer;  // [rows, N]
  network.patch_scores(input.tensor, classes.rows, [&](const std::string& name, const torch::Tensor& value) {
    const std::string prefix = "layer", ending = ".attention_map";
    const auto at = name.find(ending);
    if (at != std::string::npos) by_layer[std::stoi(name.substr(prefix.size()))] = value[0].t();
  });
  AttentionMaps maps;
  maps.classes = classes.classes();
  maps.height = static_cast<int>(input.grid.height);
  maps.width = static_cast<int>(input.grid.width);
  maps.patch = static_cast<int>(config.clip.vision.patch);
  maps.resized_height = input.size.height;
  maps.resized_width = input.size.width;
  for (const auto& [layer, rows] : by_layer) {
    maps.layers.push_back(layer);
    for (std::size_t label = 0; label < maps.classes; ++label) {
      append(of_class(rows, classes, label), maps.values);
    }
  }
  return maps;
}

AttentionDistances attention_distances(Network& network, const ModelFiles& model,
                                       const ClassEmbeddings& classes, const Image& photo, int short_side) {
  const auto input = whole_photo(network, model.config, photo, short_side);
  const auto& vision = model.config.clip.vision;
  AttentionDistances distances;
  distances.layers = static_cast<int>(vision.layers);
  distances.heads = static_cast<int>(vision.heads);
  distances.resized_height = input.size.height;
  distances.resized_width = input.size.width;
  const auto watch = [&](nn::TransformerBlock& block, const clip::LayerState& state) {
    const auto of_layer = clip::attention_distance(block, state.tokens, state.grid, vision.heads)[0];
    for (std::int64_t h = 0; h < vision.heads; ++h) {
      distances.pixels.push_back(of_layer[h].item<double>() * static_cast<double>(vision.patch));
    }
  };
  network.unpack(model);  // the layers' weights are read
  network.watch_layers(watch);
  try {
    network.patch_scores(input.tensor, classes.rows);
  } catch (...) {
    network.watch_layers({});
    throw;
  }
  network.watch_layers({});
  return distances;
}

}  // namespace relprompt::segmenter
