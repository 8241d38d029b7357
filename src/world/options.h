// What a scene may be like.
#pragma once

namespace relprompt::world {

struct Options {
  int size = 96;         ///< pixels a side, kSmallestScene to kLargestScene; objects grow with it
  int min_objects = 1;   ///< 0 to max_objects
  int max_objects = 4;   ///< up to kMostObjects; a scene shows fewer where no more find room
  int two_grounds = 30;  ///< percent of the scenes that have a second background beside the first
  int noise = 8;         ///< largest change of a channel by the camera's noise, 0 to 64
};

constexpr int kSmallestScene = 32, kLargestScene = 1024, kMostObjects = 6;

/// Throws Error(kBadArgument) that names the option out of range.
void check(const Options& options);

}  // namespace relprompt::world
