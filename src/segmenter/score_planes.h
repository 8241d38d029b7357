// From patch scores of windows to labels at the photo's own size, and to calibrated class planes if asked
// for.
//
// Labels alone come from kernels/label_tiles.h: no plane at full size exists. Planes that somebody wants, or
// a GPU, take a few classes at a time, so memory is that of a chunk of planes, whatever the number of
// classes.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include <torch/torch.h>

#include "nn/grid.h"
#include "segmenter/class_embeddings.h"
#include "segmenter/network.h"
#include "segmenter/windows.h"

namespace relprompt::segmenter {

/// Receives planes [count, H, W] fp32 on the CPU, classes in order.
using PlaneSink = std::function<void(std::size_t first_class, const torch::Tensor& planes)>;

/// Best class of every pixel.
struct BestLabels {
  torch::Tensor label;  ///< [H, W] int32
  torch::Tensor score;  ///< [H, W] fp32, calibrated
};

struct PlaneRequest {
  nn::Grid resized;            ///< size of the picture that the windows lie in
  nn::Grid photo;              ///< size of the result
  std::vector<float> penalty;  ///< [C], subtracted from the probability of a class (calibration)
};

/// Averages the windows' probabilities, takes the best name of each class, subtracts the penalties, resizes
/// to the photo and keeps the best class; the first of equal ones wins, as in an arg max. Without a sink the
/// labels are the same but where two scores differ by rounding only.
/// patch_scores: one [S, h, w] a window, in the order of `windows`.
BestLabels best_labels(const Network& network, const std::vector<torch::Tensor>& patch_scores,
                       const std::vector<Window>& windows, const ClassEmbeddings& classes,
                       const PlaneRequest& request, const PlaneSink& sink);

}  // namespace relprompt::segmenter
