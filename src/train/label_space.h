// Which classes training shows the network, and what a label of the data set means to the loss.
#pragma once

#include <cstdint>
#include <vector>

#include <torch/torch.h>

#include "relprompt/classes.h"

#include "eval/protocol.h"

namespace relprompt::train {

/// Target values that are no class.
constexpr std::int64_t kIgnored = -1;  ///< the data set says nothing about the pixel
constexpr std::int64_t kHidden = -2;   ///< the data set names an unseen class, which training must not know
constexpr std::int64_t kBackground = -3;  ///< no class of the data set, but not ignored either

/// The labels of a training phase as rows of the class embeddings.
class LabelSpace {
 public:
  /// Rows are the seen classes only, or all of them with `all_rows` (self-training knows the unseen names).
  /// Labels of unseen classes become kHidden in zero-shot settings. Throws Error(kBadArgument) for a
  /// zero-shot setting without both seen and unseen classes.
  LabelSpace(const ClassList& classes, eval::Setting setting, bool all_rows);

  /// [S] label of each row.
  const std::vector<std::int64_t>& classes() const { return classes_; }
  /// [U] rows of unseen classes; empty unless all rows are there.
  const std::vector<std::int64_t>& unseen_rows() const { return unseen_rows_; }

  /// labels [...] int64, each a class, data::kIgnore or data::kBackground -> rows, kIgnored, kHidden or
  /// kBackground.
  torch::Tensor targets(const torch::Tensor& labels) const;

 private:
  std::vector<std::int64_t> classes_, unseen_rows_;
  torch::Tensor table_;  ///< [65536] by label
};

}  // namespace relprompt::train
