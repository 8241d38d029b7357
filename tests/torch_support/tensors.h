// Tensors in tests: the goldens by name, comparison with a report, a tiny CLIP of known weights.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "archive/tensor_archive.h"
#include "segmenter/model_config.h"

namespace relprompt::test {

/// The tensors of a safetensors file, by name.
class Golden {
 public:
  explicit Golden(const std::filesystem::path& file);
  bool has(const std::string& name) const { return archive_->find(name) != nullptr; }
  /// A copy; fails the test if there is none of that name.
  torch::Tensor operator[](const std::string& name) const;

 private:
  std::unique_ptr<archive::TensorArchive> archive_;
};

/// Success if shapes agree and no element differs by more than `tolerance`; otherwise the worst element's
/// index, both values and the bound.
testing::AssertionResult close(const torch::Tensor& actual, const torch::Tensor& expected, double tolerance);

/// Uniform in [-1, 1), the same for a name and shape everywhere.
torch::Tensor uniform(const std::string& name, const std::vector<std::int64_t>& shape);

/// Fills every parameter from its name, as hash_fill of the oracle does.
void fill_by_name(torch::nn::Module& module, const std::string& prefix);

/// Sizes of a CLIP that runs in a millisecond: 16 px patches on a 4x4 grid, width 128, 4 layers, joint 64,
/// equal to the goldens' tiny model but for its vocabulary.
clip::ClipConfig tiny_config(std::int64_t vocab = 520);

/// Writes a model folder with name-hashed weights (those of the oracle) for this config; the vocabulary is
/// a byte alphabet.
void write_hashed_model(const std::filesystem::path& folder, const segmenter::ModelConfig& config);

/// Gives the bare CLIP in a model folder the oracle's name-hashed prompts and ImageNet's normalisation.
void add_hashed_prompts(const std::filesystem::path& folder, rpm::Variant variant);

/// The oracle's prompts for a variant on a tower: 5 visual prompt tokens, knowledge on the tower's own grid.
segmenter::PromptConfig tiny_prompts(rpm::Variant variant, const clip::ClipConfig& clip,
                                     std::int64_t tokens = 5);

}  // namespace relprompt::test
