// The engine's numbers beside the reference's.
#pragma once

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/network.h"
#include "numbers.h"

namespace relprompt::engine {

/// pixels [batch, 3, height, width], which must outlive the result.
Images images_of(const model::Tensor& pixels);

/// Scores at patch resolution, [batch, C, N]. text [C, E].
std::vector<float> scores_of(const Network& network, const Images& images, const model::Tensor& text,
                             const Observer& observer = {});

/// Computes scores_of and compares every stage that the engine names on the way with the golden of that name
/// behind `prefix`, then the scores with "patch_logits". Returns the number of stages.
std::size_t expect_every_stage(const Network& network, const test::GoldenFile& golden,
                               const std::string& prefix, double tolerance);

}  // namespace relprompt::engine
