// How well pretraining goes: does a fresh image of one object find its name among all of them?
#pragma once

#include <cstdint>

#include <torch/torch.h>

#include "text/tokenizer.h"
#include "train/pretrain_config.h"
#include "train/pretrain_towers.h"

namespace relprompt::train {

/// Shares of right answers, 0 to 1.
struct Top1 {
  double objects = 0;  ///< among the names of all objects, "a photo of a red dotted"
  double grounds = 0;  ///< of the same images, among the names of all backgrounds
};

/// Scenes of one object on one background that training never shows, and the names to choose from.
class PretrainTest {
 public:
  PretrainTest(const PretrainConfig& config, const text::Tokenizer& tokenizer);
  Top1 measure(PretrainTowers& towers) const;

 private:
  torch::Tensor images_;             ///< [S, 3, size, size]
  torch::Tensor objects_, grounds_;  ///< [S] int64, the right answers
  torch::Tensor names_;              ///< [classes, context]
};

}  // namespace relprompt::train
