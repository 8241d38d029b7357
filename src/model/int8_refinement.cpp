#include "model/int8_refinement.h"

#include "model/weight_check.h"

namespace relprompt::model {
namespace {

// Letters as in clip_tensors.cpp: D width, F MLP width, L layers.
const std::vector<TableLine> kMeans = {
    {"visual.transformer.resblocks.{i}.attn.in_proj.mean", "", "", "D", 'L'},
    {"visual.transformer.resblocks.{i}.attn.out_proj.mean", "", "", "D", 'L'},
    {"visual.transformer.resblocks.{i}.mlp.c_fc.mean", "", "", "D", 'L'},
    {"visual.transformer.resblocks.{i}.mlp.c_proj.mean", "", "", "F", 'L'},
};

std::vector<float> mean(const std::vector<double>& sums, std::int64_t rows, std::int64_t width) {
  std::vector<float> means(static_cast<std::size_t>(width), 0.0f);
  for (std::size_t i = 0; i < sums.size(); ++i) {
    means[i] = static_cast<float>(sums[i] / static_cast<double>(rows));
  }
  return means;
}

}  // namespace

std::vector<TensorRow> int8_rows(const ClipConfig& clip) {
  // expand() goes through the layers of one line after those of the line before; here a layer's rows follow
  // each other.
  const auto& v = clip.vision;
  const auto by_line = expand(kMeans, {{'D', v.width}, {'F', v.mlp_width}, {'L', v.layers}});
  const auto layers = static_cast<std::size_t>(v.layers);
  std::vector<TensorRow> rows;
  for (std::size_t i = 0; i < by_line.size(); ++i) {
    rows.push_back(by_line[i % kMeans.size() * layers + i / kMeans.size()]);
  }
  return rows;
}

std::vector<std::vector<float>> means_of(const std::vector<kernels::ActivationStatistics>& sums,
                                         const ClipConfig& clip) {
  const auto width = clip.vision.width, mlp_width = clip.vision.mlp_width;
  std::vector<std::vector<float>> means;
  for (const auto& layer : sums) {
    means.push_back(mean(layer.qkv, layer.qkv_rows, width));
    means.push_back(mean(layer.proj, layer.rows, width));
    means.push_back(mean(layer.fc1, layer.rows, width));
    means.push_back(mean(layer.fc2, layer.rows, mlp_width));
  }
  return means;
}

std::optional<Int8Refinement> read_refinement(const ModelFiles& model) {
  if (!model.int8) return std::nullopt;
  Int8Refinement refinement;
  for (const auto& row : int8_rows(model.config.clip)) {
    const auto means = to_fp32(model.int8->read(row));
    check_weights(means, row, *model.int8);
    refinement.means.push_back(means.values());
  }
  refinement.bf16_layers = model.config.int8->bf16_layers;
  return refinement;
}

std::vector<kernels::BlockPacking> packings_of(const ClipConfig& clip, kernels::Precision precision,
                                               const std::optional<Int8Refinement>& refinement) {
  std::vector<kernels::BlockPacking> packings(static_cast<std::size_t>(clip.vision.layers));
  for (auto& packing : packings) packing.precision = precision;
  if (precision != kernels::Precision::kInt8 || !refinement) return packings;
  for (std::size_t i = 0; i < packings.size(); ++i) {
    const auto* means = &refinement->means[kMeans.size() * i];
    packings[i].means = {means[0], means[1], means[2], means[3]};
  }
  for (const auto layer : refinement->bf16_layers) {
    packings[static_cast<std::size_t>(layer - 1)] = {kernels::Precision::kBf16, {}};
  }
  return packings;
}

}  // namespace relprompt::model
