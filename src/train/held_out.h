// A part of the training images that training never sees, so that the best checkpoint can be chosen without
// a look at the test set.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace relprompt::train {

struct TrainingParts {
  std::vector<std::size_t> training, held_out;  ///< indices of the data set, ascending
};

/// Takes the first `limit` of `size` images (all if 0) apart: a `share` in [0, 1) of them, drawn by the
/// seed, is held out; at least one if the share is above 0. Throws Error(kBadArgument) if nothing is left to
/// train on.
TrainingParts split_training_set(std::size_t size, std::size_t limit, double share, std::uint64_t seed);

}  // namespace relprompt::train
