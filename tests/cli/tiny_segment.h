// A scratch folder with the tiny CLIP, and `relprompt segment` on it in the smallest useful view.
#pragma once

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "program.h"
#include "tiny_model.h"

namespace relprompt::test {

class TinySegment : public testing::Test {
 protected:
  void SetUp() override { write_tiny_clip(place_.path()); }

  /// Results go to out/; images and classes are the caller's.
  Outcome segment(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "segment");
    for (const char* word : {"--model", "tiny.safetensors", "--vocab", "merges.txt", "-o", "out",
                             "--short-side", "64", "--window", "64", "--stride", "53"}) {
      arguments.emplace_back(word);
    }
    return place_.run(arguments);
  }

  /// The same with two classes.
  Outcome segment_road_and_sky(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"-c", "road, sky"});
    return segment(arguments);
  }

  Workplace place_;
};

}  // namespace relprompt::test
