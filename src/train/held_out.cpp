#include "train/held_out.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "data/order.h"

namespace relprompt::train {

TrainingParts split_training_set(std::size_t size, std::size_t limit, double share, std::uint64_t seed) {
  const std::size_t used = limit == 0 ? size : std::min(limit, size);
  auto held = static_cast<std::size_t>(std::lround(share * static_cast<double>(used)));
  if (share > 0) held = std::max<std::size_t>(held, 1);
  if (held >= used) {
    throw Error(
        ErrorCode::kBadArgument,
        fmt::format("{} of {} training images would be held out: none is left to train on", held, used),
        "use more images, or set data.held_out: 0");
  }
  // An epoch that training never reaches, so that the order of training says nothing about the choice.
  constexpr std::uint64_t kOwnOrder = ~std::uint64_t{0};
  const auto order = data::shuffled(used, seed, kOwnOrder);
  TrainingParts parts;
  parts.held_out.assign(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(held));
  parts.training.assign(order.begin() + static_cast<std::ptrdiff_t>(held), order.end());
  std::sort(parts.held_out.begin(), parts.held_out.end());
  std::sort(parts.training.begin(), parts.training.end());
  return parts;
}

}  // namespace relprompt::train
