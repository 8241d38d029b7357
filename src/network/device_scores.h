// Windows of images from their bytes to labels on one device: what crosses to it are the resized images'
// bytes, and what comes back is a label for each pixel. Nothing waits for the device before the
// labels are asked for.
#pragma once

#include <memory>
#include <vector>

#include "model/model_config.h"
#include "network/score_pass.h"
#include "segmenter/patch_scorer.h"

namespace relprompt::network {

/// One for each image of the job. t: the job's classes on the device, fp32 [S, E]. Throws what job.tell
/// throws, and what LibTorch throws.
std::vector<std::unique_ptr<segmenter::DeviceScores>> score_on_device(ScorePass& pass,
                                                                      const segmenter::DeviceJob& job,
                                                                      const torch::Tensor& t);

}  // namespace relprompt::network
