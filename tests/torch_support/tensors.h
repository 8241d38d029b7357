// Tensors in tests: the goldens by name, comparison with a report, a tiny CLIP of known weights.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "archive/tensor_archive.h"
#include "model/tensor.h"
#include "tiny_models.h"

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

/// The same for tensors of a model's files.
testing::AssertionResult close(const model::Tensor& actual, const torch::Tensor& expected, double tolerance);
testing::AssertionResult close(const model::Tensor& actual, const model::Tensor& expected, double tolerance);

/// Uniform in [-1, 1), the same for a name and shape everywhere.
torch::Tensor uniform(const std::string& name, const std::vector<std::int64_t>& shape);

/// Fills every parameter from its name, as hash_fill of tools/reference does.
void fill_by_name(torch::nn::Module& module, const std::string& prefix);

}  // namespace relprompt::test
