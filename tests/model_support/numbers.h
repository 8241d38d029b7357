// Numbers in tests without LibTorch: goldens by name, comparison with a report, repeatable random values.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "archive/tensor_archive.h"
#include "model/tensor.h"

namespace relprompt::test {

/// The tensors of a safetensors file, by name.
class GoldenFile {
 public:
  explicit GoldenFile(const std::filesystem::path& file);
  bool has(const std::string& name) const { return archive_->find(name) != nullptr; }
  /// As stored; throws if there is none of that name.
  model::Tensor stored(const std::string& name) const;
  /// In fp32.
  model::Tensor operator[](const std::string& name) const;
  std::vector<std::int64_t> integers(const std::string& name) const;

 private:
  std::shared_ptr<archive::TensorArchive> archive_;
};

/// Success if no number differs by more than `tolerance`; otherwise the worst one's place, both values and
/// the bound.
testing::AssertionResult near(const float* actual, const float* expected, std::int64_t count,
                              double tolerance);
/// The same for all numbers of a golden, of whatever shape.
testing::AssertionResult near(const std::vector<float>& actual, const model::Tensor& expected,
                              double tolerance);
/// The same for two tensors of one shape, in fp32.
testing::AssertionResult near(const model::Tensor& actual, const model::Tensor& expected, double tolerance);

/// Uniform in [-1, 1), the same for a name everywhere.
std::vector<float> uniform_numbers(const std::string& name, std::int64_t count);

/// Rows of unit length from uniform numbers.
std::vector<float> unit_rows(const std::string& name, std::int64_t rows, std::int64_t width);

}  // namespace relprompt::test
