// The network on one batch of windows after another, without waiting for the device in between.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include <torch/torch.h>

#include "network/cuda.h"
#include "network/network.h"
#include "network/score_check.h"

namespace relprompt::network {

/// Of a batch; on a GPU both tensors are under way.
struct PassResult {
  torch::Tensor scores;  ///< fp32 [B, S, h, w], as of Network::patch_scores
  torch::Tensor faults;  ///< bool [checks], to be shown to `check`
  std::shared_ptr<const ScoreCheck> check;
};

/// On a GPU, where starting a kernel takes as long as a small one runs, a batch whose shape comes for the
/// second time is recorded as a CUDA graph, and from then on one call starts all its kernels. A graph keeps
/// the memory of its shape, so four shapes are recorded; others are computed as they come.
class ScorePass {
 public:
  /// The network must outlive this. records: its weights stay as they are, so that batches may be recorded.
  /// The variable RELPROMPT_CUDA_GRAPHS=0 in the environment says no to that.
  ScorePass(Network& network, bool records);

  /// windows [B, 3, H, W] and t [S, E] on the device, as for Network::patch_scores. In inference mode.
  PassResult run(const torch::Tensor& windows, const torch::Tensor& t);

 private:
  using Shape = std::array<std::int64_t, 4>;  ///< B, H, W, S
  struct Recorded {
    Shape shape;
    torch::Tensor windows, t;  ///< what the graph reads
    PassResult result;         ///< what it writes
    std::unique_ptr<CudaGraph> graph;
  };

  PassResult compute(const torch::Tensor& windows, const torch::Tensor& t);
  /// That of a shape, recorded now if it came before; nullptr if there is none.
  Recorded* recorded(const Shape& shape, const torch::Tensor& windows, const torch::Tensor& t);
  std::unique_ptr<Recorded> record(const Shape& shape, const torch::Tensor& windows, const torch::Tensor& t);

  Network& network_;
  bool records_;
  std::vector<Shape> seen_;  ///< once
  std::vector<std::unique_ptr<Recorded>> graphs_;
};

}  // namespace relprompt::network
