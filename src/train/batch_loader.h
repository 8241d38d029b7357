// From a data set to batches of tensors: order, augmentation and normalisation, made ahead on other threads.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <torch/torch.h>

#include "data/dataset.h"
#include "data/order.h"
#include "data/prefetch.h"
#include "image/augment.h"

namespace relprompt::train {

/// One augmented image.
struct TrainingSample {
  torch::Tensor image;    ///< [3, crop, crop] fp32, normalised
  torch::Tensor labels;   ///< [crop, crop] int64, a class of the data set or data::kIgnore
  std::uint64_t key = 0;  ///< names the sample in this pass over the set: its noise is drawn from it
  std::string name;
  std::string problem;  ///< not empty: the image could not be read, and this is why; no tensors then
};

/// What a worker computes in one iteration.
struct Batch {
  torch::Tensor images;              ///< [B, 3, crop, crop]; undefined if no image could be read
  torch::Tensor labels;              ///< [B, crop, crop]
  std::vector<std::uint64_t> keys;   ///< [B]; none: neither dropout nor gate noise
  std::vector<std::string> names;    ///< [B]
  std::vector<std::string> skipped;  ///< problems of images that are not in the batch
};

struct LoaderOptions {
  std::size_t batch = 1;        ///< images an iteration, over all workers
  data::Shard shard;            ///< of which this worker takes its share
  std::int64_t first = 0;       ///< iterations done before
  std::int64_t iterations = 1;  ///< length of the whole run
  std::uint64_t seed = 0;       ///< of order and augmentation
  image::AugmentOptions augment;
  std::array<float, 3> mean{}, deviation{};  ///< RGB, 0-255 scale
  bool skip_bad = false;  ///< an image that cannot be read is left out; false: it ends the run
  int threads = 2;
  /// Batches are put together on a thread of their own while the one before is computed, in pinned memory
  /// where LibTorch finds a GPU: for one.
  bool ahead = false;
};

/// One object for one consumer. What comes out depends on the options and the set alone, not on threads.
class BatchLoader {
 public:
  /// `subset`: the images to train on, indices of the data set, which must outlive the loader.
  /// Throws Error(kBadArgument) for options out of range, such as a batch that the workers do not divide.
  BatchLoader(const data::Dataset& dataset, std::vector<std::size_t> subset, const LoaderOptions& options);

  /// The next iteration's share. Throws what reading an image throws, naming it, unless bad ones are
  /// skipped.
  Batch next();

 private:
  TrainingSample make(std::uint64_t position);
  Batch collect();
  data::Place place_of(std::uint64_t position);

  const data::Dataset& dataset_;
  std::vector<std::size_t> subset_;
  LoaderOptions options_;
  std::size_t share_;  ///< images of this worker an iteration
  std::mutex mutex_;   ///< of order_
  data::Order order_;
  std::unique_ptr<data::Prefetch<TrainingSample>> samples_;  ///< its threads use everything above
  std::unique_ptr<data::Prefetch<Batch>> batches_;           ///< last: it takes the samples
};

}  // namespace relprompt::train
