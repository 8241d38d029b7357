// Label maps for the tests of this area: written out, or random but the same everywhere.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "relprompt/classes.h"
#include "relprompt/image.h"

#include "eval/confusion.h"

namespace relprompt::eval::test {

/// One row of labels.
LabelMap row(std::vector<std::uint16_t> labels);

struct Pair {
  LabelMap prediction, truth;
};

/// What random_pair may put into a pair of maps.
struct Recipe {
  int height = 17, width = 23;
  std::size_t classes = 20;
  std::size_t used = 20;                ///< only labels below this occur
  std::optional<std::uint16_t> ignore;  ///< about a fifth of the truth, if there is one
  bool unknown = false;                 ///< about a tenth of the prediction
};

/// About half of the pixels agree.
Pair random_pair(const Recipe& recipe, std::uint64_t seed);

/// A matrix of `images` random images.
ConfusionMatrix random_matrix(const Recipe& recipe, std::uint64_t seed, int images = 3,
                              Detail detail = Detail::kPairs);

/// Classes "class 0", "class 1", ...
ClassList numbered_classes(std::size_t count);

}  // namespace relprompt::eval::test
