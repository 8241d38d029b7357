// Finding what refines a model's int8 inference: a few photos through the network in fp32 and in int8.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "relprompt/image.h"
#include "relprompt/quantization.h"

#include "model/int8_refinement.h"
#include "model/model_files.h"
#include "segmenter/class_embeddings.h"

namespace relprompt::segmenter {

struct Calibration {
  model::Int8Refinement refinement;
  QuantizeReport report;
};

/// Every second photo, beginning with the first, gives the means, says whether they help, and decides which
/// layers stay in bfloat16; the others are labelled to see what came of it. A single photo serves for both. A
/// refinement that the model has is left out. photo(i) reads photo i of `photos`.
Calibration calibrate(const model::ModelFiles& model, const ClassEmbeddings& classes, std::size_t photos,
                      const std::function<Image(std::size_t)>& photo, double agreement,
                      const QuantizeProgress& progress);

}  // namespace relprompt::segmenter
