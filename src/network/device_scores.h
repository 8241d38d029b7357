// Windows of an image from its bytes to labels on one device: what crosses to it are the resized image's
// bytes, and what comes back is a label and a score for each pixel.
#pragma once

#include <memory>

#include "network/network.h"
#include "segmenter/patch_scorer.h"

namespace relprompt::network {

/// Throws Error as Network::patch_scores, and what job.tell throws.
std::unique_ptr<segmenter::DeviceScores> score_on_device(Network& network, const segmenter::DeviceJob& job);

}  // namespace relprompt::network
