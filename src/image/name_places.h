// Where in a label map the names of its classes can be written.
#pragma once

#include <functional>
#include <map>
#include <opencv2/core/types.hpp>

#include "relprompt/image.h"

namespace relprompt::image {

/// The box that a name needs, in units of the height of its capitals.
struct NameShape {
  double height = 0, width = 0;
};

/// For every label the largest rectangle of the shape of its name that lies on its pixels alone, widened to
/// both sides and then up and down as far as they go; nothing for labels that have no room for capitals
/// `smallest` pixels high, nor for kUnknown. A name in the middle of its rectangle is inside its region, and
/// no two meet. shape_of is asked for labels that have a square of that size at all. Takes a few passes over
/// the map however many labels it has; more than a thousand pixels a side are looked at in small squares.
std::map<std::uint16_t, cv::Rect> name_places(const LabelMap& map, int smallest,
                                              const std::function<NameShape(std::uint16_t)>& shape_of);

}  // namespace relprompt::image
