// A labelling interface of Label Studio, as far as masks need it: which control takes them, which image it is
// for, and the classes.
#pragma once

#include <string>
#include <string_view>

#include "relprompt/classes.h"

namespace relprompt::serve {

struct LabelConfig {
  std::string from_name;  ///< of the control
  std::string to_name;    ///< of the image
  std::string data_key;   ///< of a task's data that holds the image: "image" of value="$image"
  bool brush = false;     ///< BrushLabels, else PolygonLabels
  ClassList classes;      ///< titles are the labels' values; names their predicted_values, else the values
};

/// The first BrushLabels, or PolygonLabels where there is none. Throws HttpError(400) for what is no XML,
/// larger than 64 KiB or 2000 elements, or has no such control with an image and labels.
LabelConfig parse_label_config(std::string_view xml);

}  // namespace relprompt::serve
