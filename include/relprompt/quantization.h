// Refining a model's int8 inference on images of the kind that it will see.
//
// int8 works on any model without preparation: weights and activations are rounded as they come. What this
// adds is knowledge of typical activations. Their means are taken out before rounding, so that the 8 bits go
// to what differs between images, and layers that rounding hurts most can stay in bfloat16.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "relprompt/classes.h"
#include "relprompt/export.h"
#include "relprompt/options.h"
#include "relprompt/segmenter.h"

namespace relprompt {

/// What came of refining a model for int8.
struct QuantizeReport {
  std::size_t calibration_images = 0;  ///< that gave the means
  std::size_t tested_images = 0;       ///< others than those, unless there is only one
  double before = 0;  ///< share of the tested images' pixels that plain int8 labels as fp32 does
  double after = 0;   ///< the same, refined
  bool means = true;  ///< means are taken out; false: that did not help the calibration images
  std::vector<int> layers_in_bf16;  ///< counted from 1
  std::vector<std::string>
      notes;  ///< Model::notes, then what decoding the images decided (Image::notes), each text once
  bool reached = true;  ///< the calibration images agree as options.agreement asks
};

/// Image `done` of `total` begins in the pass of this name; called with done = total at the pass's end.
using QuantizeProgress = std::function<void(const std::string& pass, std::size_t done, std::size_t total)>;

/// Writes a model folder, a copy of the model with the refinement in it, which may take the model's own
/// place (with options.replace). Every precision can still be asked of it; only int8 is changed. The folder
/// appears whole or not at all. Throws Error: as Segmenter, Segmenter::set_classes and read_image;
/// kBadArgument for no image or an agreement out of range; kNotWritable, kDiskFull.
RELPROMPT_API QuantizeReport quantize_model(const std::filesystem::path& model,
                                            const std::filesystem::path& target, const ClassList& classes,
                                            const std::vector<std::filesystem::path>& images,
                                            const QuantizeOptions& options = {},
                                            const QuantizeProgress& progress = {});

}  // namespace relprompt
