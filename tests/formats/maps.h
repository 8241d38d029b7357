// Label maps for tests of the formats: what makes outlines and runs difficult.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "relprompt/classes.h"
#include "relprompt/image.h"

namespace relprompt::test {

struct NamedMap {
  std::string name;
  LabelMap map;
  std::size_t classes;
};

/// Maps that were made by hand and by repeatable random numbers: one pixel, one row, one column, holes in
/// holes, one-pixel lines, pixels that touch at corners, noise of few and of 5000 classes, unknown pixels.
std::vector<NamedMap> difficult_maps();

/// A map of letters: 'a' is label 0, '.' is unknown.
LabelMap drawn_map(const std::vector<std::string>& rows);

/// Each pixel one of the labels, or unknown with this share; repeatable.
LabelMap noise(int height, int width, std::size_t classes, double unknown, std::uint32_t seed);

/// Large areas with ragged borders.
LabelMap blobs(int height, int width, std::size_t classes, std::uint32_t seed);

/// "class 0", "class 1", ...
ClassList numbered_classes(std::size_t count);

}  // namespace relprompt::test
