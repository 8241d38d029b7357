// Whether what the network computed means anything, asked at patch resolution, where it costs next to
// nothing.
//
// Weights that are numbers can still overflow on the way; an arg max over the result is class 0 everywhere.
#pragma once

#include <vector>

#include <torch/torch.h>

#include "relprompt/error.h"

namespace relprompt::network {

/// Looks while the network computes; what it saw is asked of the device later.
class ScoreCheck {
 public:
  /// code: of errors. on: false for a check that looks at nothing.
  ScoreCheck(ErrorCode code, bool on) : code_(code), on_(on) {}

  /// Of patches [B, N, E]: a fault is one that is no number, or a patch of zeros alone, which a length that
  /// overflowed leaves.
  void features(const torch::Tensor& patches);

  /// Of the embeddings t [S, E], scores [B, N, S]: a fault is one that is no number, or that all embeddings,
  /// though they differ, score the same at every patch.
  void scores(const torch::Tensor& scores, const torch::Tensor& t);

  /// bool [n], on the device: which of the n questions asked so far found a fault. Undefined for none.
  torch::Tensor faults() const;
  /// Throws Error(code) for the first of these faults, bool [n] on the host.
  void refuse(const torch::Tensor& faults) const;
  /// Both, waiting for the device.
  void finish() const;

 private:
  /// holds: bool []; otherwise: what the model computes where it is false.
  void add(const torch::Tensor& holds, const char* otherwise);

  ErrorCode code_;
  bool on_;
  std::vector<torch::Tensor> faults_;  ///< bool, [] each
  std::vector<const char*> words_;     ///< of each
};

}  // namespace relprompt::network
