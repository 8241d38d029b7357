// Who is taken for whom: the data behind a report's list of mistakes and behind a drawn confusion matrix.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "eval/confusion.h"

namespace relprompt::eval {

struct ConfusedPair {
  std::size_t truth = 0;
  std::size_t prediction = 0;  ///< the number of classes for unknown predictions
  std::uint64_t pixels = 0;
  double share = 0;  ///< of the truth's pixels
};

/// The pairs of two different classes with the most pixels, most first, ties by label; at most `most`, and
/// none without a pixel. Throws Error(kBadArgument) if the matrix has no pairs.
std::vector<ConfusedPair> worst_pairs(const ConfusionMatrix& matrix, std::size_t most);

/// A part of a confusion matrix that is small enough to look at.
struct ConfusionExcerpt {
  std::vector<std::size_t> labels;  ///< [k] ascending
  std::vector<std::uint64_t>
      pixels;  ///< [k, k + 2]: the k classes as predictions, all others together, unknown
  std::vector<std::uint64_t> truth;  ///< [k] the row's sum; 0 for a class that is only predicted
};

/// The `most` classes with the most wrong pixels (missed ones and falsely claimed ones together, ties by
/// label); classes without a wrong pixel are left out. Throws Error(kBadArgument) if the matrix has no pairs.
ConfusionExcerpt worst_classes(const ConfusionMatrix& matrix, std::size_t most);

}  // namespace relprompt::eval
