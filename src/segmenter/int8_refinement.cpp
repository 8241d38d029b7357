#include "segmenter/int8_refinement.h"

#include "clip/weight_check.h"

namespace relprompt::segmenter {
namespace {

// Letters as in clip_tensors.cpp: D width, F MLP width, L layers.
const std::vector<clip::TableLine> kMeans = {
    {"visual.transformer.resblocks.{i}.attn.in_proj.mean", "", "", "D", 'L'},
    {"visual.transformer.resblocks.{i}.attn.out_proj.mean", "", "", "D", 'L'},
    {"visual.transformer.resblocks.{i}.mlp.c_fc.mean", "", "", "D", 'L'},
    {"visual.transformer.resblocks.{i}.mlp.c_proj.mean", "", "", "F", 'L'},
};

torch::Tensor mean(const std::vector<double>& sums, std::int64_t rows, std::int64_t width) {
  auto means = torch::zeros({width});
  for (std::size_t i = 0; i < sums.size(); ++i) {
    means.data_ptr<float>()[i] = static_cast<float>(sums[i] / static_cast<double>(rows));
  }
  return means;
}

std::vector<float> numbers(const torch::Tensor& values) {
  const float* first = values.data_ptr<float>();
  return {first, first + values.numel()};
}

}  // namespace

std::vector<clip::TensorRow> int8_rows(const clip::ClipConfig& clip) {
  // expand() goes through the layers of one line after those of the line before; here a layer's rows follow
  // each other.
  const auto& v = clip.vision;
  const auto by_line = clip::expand(kMeans, {{'D', v.width}, {'F', v.mlp_width}, {'L', v.layers}});
  const auto layers = static_cast<std::size_t>(v.layers);
  std::vector<clip::TensorRow> rows;
  for (std::size_t i = 0; i < by_line.size(); ++i) {
    rows.push_back(by_line[i % kMeans.size() * layers + i / kMeans.size()]);
  }
  return rows;
}

std::vector<torch::Tensor> means_of(const std::vector<kernels::InputSums>& sums,
                                    const clip::ClipConfig& clip) {
  const auto width = clip.vision.width, mlp_width = clip.vision.mlp_width;
  std::vector<torch::Tensor> means;
  for (const auto& layer : sums) {
    means.push_back(mean(layer.in, layer.in_rows, width));
    means.push_back(mean(layer.out, layer.rows, width));
    means.push_back(mean(layer.hidden, layer.rows, width));
    means.push_back(mean(layer.back, layer.rows, mlp_width));
  }
  return means;
}

std::optional<Int8Refinement> read_refinement(const ModelFiles& model) {
  if (!model.int8) return std::nullopt;
  Int8Refinement refinement;
  for (const auto& row : int8_rows(model.config.clip)) {
    refinement.means.push_back(model.int8->read(row).to(torch::kFloat32));
    clip::check_weights(refinement.means.back(), row, *model.int8);
  }
  refinement.bf16_layers = model.config.int8->bf16_layers;
  return refinement;
}

std::vector<nn::BlockPacking> packings_of(const clip::ClipConfig& clip, kernels::Precision precision,
                                          const std::optional<Int8Refinement>& refinement) {
  std::vector<nn::BlockPacking> packings(static_cast<std::size_t>(clip.vision.layers));
  for (auto& packing : packings) packing.precision = precision;
  if (precision != kernels::Precision::kInt8 || !refinement) return packings;
  for (std::size_t i = 0; i < packings.size(); ++i) {
    const auto* means = &refinement->means[kMeans.size() * i];
    packings[i].centres = {numbers(means[0]), numbers(means[1]), numbers(means[2]), numbers(means[3])};
  }
  for (const auto layer : refinement->bf16_layers) {
    packings[static_cast<std::size_t>(layer - 1)] = {kernels::Precision::kBf16, {}};
  }
  return packings;
}

}  // namespace relprompt::segmenter
