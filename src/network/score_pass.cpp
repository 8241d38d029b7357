#include "network/score_pass.h"

#include <algorithm>
#include <cstdlib>
#include <string_view>

namespace relprompt::network {
namespace {

constexpr std::size_t kMostGraphs = 4, kMostSeen = 64;

bool graphs_are_wanted() {
  const char* const said = std::getenv("RELPROMPT_CUDA_GRAPHS");
  return said == nullptr || std::string_view(said) != "0";
}

}  // namespace

ScorePass::ScorePass(Network& network, bool records)
    : network_(network),
      records_(records && network.device().is_cuda() && has_cuda_runtime() && graphs_are_wanted()) {}

PassResult ScorePass::compute(const torch::Tensor& windows, const torch::Tensor& t) {
  const auto check = std::make_shared<ScoreCheck>(network_.score_error(), true);
  PassResult result;
  result.scores = network_.patch_scores(windows, t, *check).to(torch::kFloat32).contiguous();
  result.faults = check->faults();
  result.check = check;
  return result;
}

PassResult ScorePass::run(const torch::Tensor& windows, const torch::Tensor& t) {
  if (!records_) return compute(windows, t);
  const Shape shape = {windows.size(0), windows.size(2), windows.size(3), t.size(0)};
  Recorded* const known = recorded(shape, windows, t);
  if (known == nullptr) return compute(windows, t);
  known->windows.copy_(windows, true);
  known->t.copy_(t, true);
  known->graph->replay();
  // Clones: the next replay writes into the same memory.
  return {known->result.scores.clone(), known->result.faults.clone(), known->result.check};
}

ScorePass::Recorded* ScorePass::recorded(const Shape& shape, const torch::Tensor& windows,
                                         const torch::Tensor& t) {
  const auto known = std::find_if(graphs_.begin(), graphs_.end(),
                                  [&](const auto& recorded) { return recorded->shape == shape; });
  if (known != graphs_.end()) return known->get();
  if (graphs_.size() == kMostGraphs) return nullptr;
  if (std::find(seen_.begin(), seen_.end(), shape) == seen_.end()) {
    if (seen_.size() == kMostSeen) seen_.erase(seen_.begin());
    seen_.push_back(shape);  // the first time: LibTorch and its libraries prepare themselves for it
    return nullptr;
  }
  try {
    graphs_.push_back(record(shape, windows, t));
    return graphs_.back().get();
  } catch (const c10::Error&) {
    records_ = false;  // computed without, a fault of the network itself shows there
    return nullptr;
  }
}

std::unique_ptr<ScorePass::Recorded> ScorePass::record(const Shape& shape, const torch::Tensor& windows,
                                                       const torch::Tensor& t) {
  auto recorded = std::make_unique<Recorded>();
  recorded->shape = shape;
  recorded->windows = windows.contiguous().clone();
  recorded->t = t.contiguous().clone();
  recorded->graph =
      std::make_unique<CudaGraph>([&] { recorded->result = compute(recorded->windows, recorded->t); },
                                  graphs_.empty() ? nullptr : graphs_.front()->graph.get());
  return recorded;
}

}  // namespace relprompt::network
