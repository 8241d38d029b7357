#include "train/batch_loader.h"

#include <utility>

#include "relprompt/error.h"

#include "base/random.h"

namespace relprompt::train {
namespace {

/// One number for (seed, epoch, index).
std::uint64_t key_of(const image::AugmentKey& key) {
  SplitMix64 seed(key.seed);
  SplitMix64 epoch(seed.next() ^ key.epoch);
  SplitMix64 index(epoch.next() ^ key.index);
  return index.next();
}

torch::Tensor label_tensor(const LabelMap& map) {
  auto labels = torch::empty({map.height, map.width}, torch::kInt64);
  auto* out = labels.data_ptr<std::int64_t>();
  for (std::size_t i = 0; i < map.labels.size(); ++i) out[i] = map.labels[i];
  return labels;
}

torch::Tensor stacked(const std::vector<torch::Tensor>& values, bool pinned) {
  if (!pinned) return torch::stack(values);
  auto shape = values.front().sizes().vec();
  shape.insert(shape.begin(), static_cast<std::int64_t>(values.size()));
  auto all = torch::empty(shape, values.front().options().pinned_memory(true));
  return torch::stack_out(all, values);
}

}  // namespace

BatchLoader::BatchLoader(const data::Dataset& dataset, std::vector<std::size_t> subset,
                         const LoaderOptions& options)
    : dataset_(dataset),
      subset_(std::move(subset)),
      options_(options),
      share_(data::batch_positions(0, options.batch, options.shard).size()),
      order_(subset_.size(), options.seed) {
  image::check(options_.augment);
  const auto iterations = static_cast<std::uint64_t>(options_.iterations - options_.first);
  const data::PrefetchOptions prefetch = {options_.threads,
                                          2 * share_ + static_cast<std::size_t>(options_.threads)};
  samples_ = std::make_unique<data::Prefetch<TrainingSample>>(
      iterations * share_, [this](std::uint64_t i) { return make(i); }, prefetch);
  batches_ = std::make_unique<data::Prefetch<Batch>>(
      iterations, [this](std::uint64_t) { return collect(); },
      data::PrefetchOptions{options_.ahead ? 1 : 0, 1});
}

Batch BatchLoader::next() {
  return batches_->next();
}

data::Place BatchLoader::place_of(std::uint64_t position) {
  const std::lock_guard<std::mutex> lock(mutex_);
  return order_.at(position);
}

TrainingSample BatchLoader::make(std::uint64_t i) {
  const auto iteration = static_cast<std::uint64_t>(options_.first) + i / share_;
  const auto position =
      data::batch_positions(iteration, options_.batch, options_.shard)[static_cast<std::size_t>(i % share_)];
  const auto place = place_of(position);
  const auto index = subset_[place.index];
  const image::AugmentKey key = {options_.seed, place.epoch, index};
  TrainingSample sample;
  sample.key = key_of(key);
  sample.name = dataset_.name(index);
  try {
    const auto read = dataset_.get(index);
    const auto augmented = image::augment(read.image, read.labels, options_.augment, key);
    sample.image = torch::empty({3, augmented.image.height, augmented.image.width});
    image::normalize(augmented, options_.mean, options_.deviation, sample.image.data_ptr<float>());
    sample.labels = label_tensor(augmented.labels);
  } catch (const Error& error) {
    if (!options_.skip_bad || exit_status(error.code()) != 3) throw;
    sample.problem = error.what();
  }
  return sample;
}

Batch BatchLoader::collect() {
  Batch batch;
  std::vector<torch::Tensor> images, labels;
  for (std::size_t i = 0; i < share_; ++i) {
    auto sample = samples_->next();
    if (!sample.problem.empty()) {
      batch.skipped.push_back(sample.problem);
      continue;
    }
    images.push_back(sample.image);
    labels.push_back(sample.labels);
    batch.keys.push_back(sample.key);
    batch.names.push_back(sample.name);
  }
  if (images.empty()) return batch;
  const bool pinned = options_.ahead && torch::cuda::is_available();
  batch.images = stacked(images, pinned);
  batch.labels = stacked(labels, pinned);
  return batch;
}

}  // namespace relprompt::train
