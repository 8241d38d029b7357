// Finding what refines a model's int8 inference: a few images through the network in fp32 and in int8.
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

/// Every second image, beginning with the first, gives the means, says whether they help, and decides which
/// layers stay in bfloat16; the others are labelled to see what came of it. A single image serves for both. A
/// refinement that the model has is left out. image(i) reads image i of `images`.
Calibration calibrate(const model::ModelFiles& model, const ClassEmbeddings& classes, std::size_t images,
                      const std::function<Image(std::size_t)>& image, double agreement,
                      const QuantizeProgress& progress);

}  // namespace relprompt::segmenter
