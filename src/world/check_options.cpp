// The ranges of a scene's options.
#include <string>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "world/options.h"

namespace relprompt::world {
namespace {

void require(const char* what, int value, int low, int high) {
  if (value >= low && value <= high) return;
  throw Error(ErrorCode::kBadArgument, fmt::format("{} is {}; it must be {} to {}", what, value, low, high));
}

}  // namespace

void check(const Options& options) {
  require("the size of a scene", options.size, kSmallestScene, kLargestScene);
  require("the largest number of objects in a scene", options.max_objects, 0, kMostObjects);
  require("the smallest number of objects in a scene", options.min_objects, 0, kMostObjects);
  if (options.min_objects > options.max_objects) {
    throw Error(ErrorCode::kBadArgument,
                fmt::format("at least {} objects and at most {} contradict each other", options.min_objects,
                            options.max_objects));
  }
  require("the percentage of scenes with two backgrounds", options.two_grounds, 0, 100);
  require("the noise", options.noise, 0, 64);
}

}  // namespace relprompt::world
