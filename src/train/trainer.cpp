#include "train/trainer.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "relprompt/error.h"

#include "loss/loss.h"
#include "nn/grid.h"
#include "train/adamw_step.h"
#include "train/pseudo_labels.h"
#include "train/schedule.h"
#include "train/self_training.h"

namespace relprompt::train {
namespace {

std::int64_t images_of(const Batch& batch) {
  return batch.images.defined() ? batch.images.size(0) : 0;
}

torch::Tensor rows_of(const torch::Tensor& t, const LabelSpace& space) {
  return t.index_select(
      0, torch::tensor(space.classes(), torch::TensorOptions(torch::kInt64).device(t.device())));
}

/// Of all gradients together, from the norms of each, fp64 [n] on any device.
double length_of(const torch::Tensor& norms) {
  const auto here = norms.to(torch::kCPU);
  double squares = 0;
  for (std::int64_t i = 0; i < here.numel(); ++i) {
    const auto norm = here[i].item<double>();
    squares += norm * norm;
  }
  return std::sqrt(squares);
}

}  // namespace

Trainer::Trainer(network::Network& network, const config::RunConfig& config, const ClassList& classes,
                 const torch::Tensor& t, workers::Workers& workers)
    : network_(network),
      config_(config),
      workers_(workers),
      seen_space_(classes, config.setting, /*all_rows=*/false),
      all_space_(classes, config.setting, /*all_rows=*/true),
      space_(&seen_space_),
      all_texts_(t),
      texts_(rows_of(t, seen_space_)),
      groups_(parameter_groups(network.trained(), config.optimizer)),
      optimizer_(make_optimizer(groups_, config.optimizer)) {}

std::int64_t Trainer::parameter_count() const {
  std::int64_t sum = 0;
  for (const auto& group : groups_) sum += group.parameter_count();
  return sum;
}

std::vector<std::pair<std::string, double>> Trainer::rates(std::int64_t done) const {
  std::vector<std::pair<std::string, double>> all;
  const auto stretch = stretch_of(config_, done);
  for (const auto& group : groups_) {
    all.emplace_back(group.name, learning_rate(group.rate, done - stretch.first, stretch.schedule));
  }
  return all;
}

torch::Tensor Trainer::logits(const torch::Tensor& images, const std::vector<std::uint64_t>& keys) {
  const auto scores = network_.patch_scores(images, texts_, {}, rpm::SampleNoise(keys));
  return nn::resize_maps(scores, {images.size(2), images.size(3)});
}

std::vector<Trainer::MicroBatch> Trainer::micro_batches(const Batch& batch, bool self_training) {
  std::vector<MicroBatch> parts;
  const auto count = images_of(batch);
  const auto wanted = static_cast<std::int64_t>(config_.train.micro_batch);
  const auto size = wanted == 0 ? std::max<std::int64_t>(count, 1) : wanted;
  for (std::int64_t first = 0; first < count; first += size) {
    const auto length = std::min(size, count - first);
    MicroBatch part;
    part.images = batch.images.narrow(0, first, length).to(network_.device(), true);
    if (!batch.keys.empty()) {
      part.keys.assign(batch.keys.begin() + first, batch.keys.begin() + first + length);
    }
    part.targets = space_->targets(batch.labels.narrow(0, first, length).to(network_.device(), true));
    if (self_training) {
      const torch::NoGradGuard no_grad;
      part.targets = with_pseudo_labels(logits(part.images, {}), part.targets, *space_, config_.setting,
                                        config_.self_training.threshold, config_.loss.kind);
    } else {
      part.targets = without_hidden(part.targets);
    }
    parts.push_back(std::move(part));
  }
  return parts;
}

StepResult Trainer::step(std::int64_t done, const Batch& batch, bool stop) {
  const auto begin = self_training_begin(config_);
  const bool self_training = begin && done >= *begin;
  // The state's file of a run that stopped here holds the moments from before, so this is also right then.
  if (restarts_at(config_, done)) optimizer_->state().clear();
  if (self_training && space_ != &all_space_) {
    space_ = &all_space_;
    texts_ = rows_of(all_texts_, all_space_);
  }
  const auto parts = micro_batches(batch, self_training);
  const auto rows = texts_.size(0);
  double units = 0;
  for (const auto& part : parts) units += loss::loss_units(part.targets, rows, kIgnored, config_.loss);

  std::vector<torch::Tensor> shared = {
      torch::tensor({units, static_cast<double>(images_of(batch)), stop ? 1.0 : 0.0}, torch::kFloat64)};
  workers_.all_reduce(shared);
  StepResult result;
  result.stop = shared[0][2].item<double>() > 0;
  if (shared[0][1].item<double>() == 0) return result;

  optimizer_->zero_grad();
  std::vector<torch::Tensor> losses;  // [1 + parts] each: total, then parts
  for (const auto& part : parts) {
    const auto loss = loss::compute_loss(logits(part.images, part.keys), part.targets, kIgnored, config_.loss,
                                         shared[0][0].item<double>());
    loss.total.backward();
    std::vector<torch::Tensor> numbers = {loss.total.detach()};
    result.parts.clear();
    for (const auto& [name, value] : loss.parts) {
      numbers.push_back(value);
      result.parts.emplace_back(name, 0);
    }
    losses.push_back(torch::stack(numbers).to(torch::kFloat64));
  }
  sum_gradients();
  const auto norms = gradient_norms();  // asked for before the host waits for the losses
  auto sums =
      losses.empty() ? torch::zeros({1}, torch::kFloat64) : torch::stack(losses).sum(0).to(torch::kCPU);
  std::vector<torch::Tensor> totals = {torch::constant_pad_nd(sums, {0, 3 - sums.size(0)})};
  workers_.all_reduce(totals);
  result.loss = totals[0][0].item<double>();
  for (std::size_t i = 0; i < result.parts.size(); ++i) {
    result.parts[i].second = totals[0][static_cast<std::int64_t>(i) + 1].item<double>();
  }
  require_finite(done, result.loss, "loss", batch);

  result.gradient_norm = length_of(norms);
  require_finite(done, result.gradient_norm, "gradient norm", batch);
  const double limit = config_.train.clip_gradient;
  if (limit > 0 && result.gradient_norm > limit) {
    for (const auto& group : groups_) {
      for (const auto& [name, value] : group.parameters) {
        if (value.grad().defined()) value.grad().mul_(limit / result.gradient_norm);
      }
    }
  }
  const auto stretch = stretch_of(config_, done);
  set_learning_rates(*optimizer_, groups_, done - stretch.first, stretch.schedule);
  adamw_step(*optimizer_);
  return result;
}

void Trainer::sum_gradients() {
  if (workers_.size() == 1) return;
  // A parameter without a gradient here may have one elsewhere; one without any must stay untouched by AdamW,
  // as with a single worker.
  std::vector<torch::Tensor> values;
  for (const auto& group : groups_) {
    for (const auto& [name, value] : group.parameters) values.push_back(value);
  }
  auto has = torch::zeros({static_cast<std::int64_t>(values.size())}, torch::kFloat32);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i].grad().defined()) has[static_cast<std::int64_t>(i)] = 1;
  }
  std::vector<torch::Tensor> flags = {has};
  workers_.all_reduce(flags);
  std::vector<torch::Tensor> gradients;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (flags[0][static_cast<std::int64_t>(i)].item<float>() == 0) continue;
    if (!values[i].grad().defined()) values[i].mutable_grad() = torch::zeros_like(values[i]);
    gradients.push_back(values[i].grad());
  }
  workers_.all_reduce(gradients);
}

torch::Tensor Trainer::gradient_norms() const {
  std::vector<torch::Tensor> norms;
  for (const auto& group : groups_) {
    for (const auto& [name, value] : group.parameters) {
      if (value.grad().defined()) norms.push_back(value.grad().norm());
    }
  }
  return norms.empty() ? torch::zeros({0}, torch::kFloat64) : torch::stack(norms).to(torch::kFloat64);
}

void Trainer::require_finite(std::int64_t done, double value, const char* what, const Batch& batch) {
  if (std::isfinite(value)) return;
  throw Error(ErrorCode::kDiverged,
              fmt::format("iteration {}: the {} is {}; images of this batch: {}", done + 1, what, value,
                          fmt::join(batch.names, ", ")),
              "the last checkpoint is kept; look at these images, or lower optimizer.rate");
}

}  // namespace relprompt::train
