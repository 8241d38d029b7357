// Updates of a model folder's prompts on given batches, by the trainer that `relprompt train` runs: losses
// and the time of an update, one JSON object on stdout. What the parameters have become, and the label map of
// an image, go into a file, so that another program can compare what it made of the same batches
// (scripts/gpu).
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include <torch/torch.h>

#include "archive/safetensors.h"
#include "clip/as_torch.h"
#include "config/run_config.h"
#include "model/model_files.h"
#include "network/device.h"
#include "network/network.h"
#include "nn/grid.h"
#include "processes/environment.h"
#include "train/trainer.h"
#include "workers/workers.h"

namespace relprompt {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

struct Settings {
  std::string model, config, batches, write;
  std::int64_t updates = 8;
};

/// The tensors of a safetensors file, copied.
class File {
 public:
  explicit File(const fs::path& path) : archive_(archive::open_archive(path)) {}
  bool has(const std::string& name) const { return archive_->find(name) != nullptr; }
  torch::Tensor operator[](const std::string& name) const {
    const auto* view = archive_->find(name);
    if (view == nullptr) throw std::runtime_error("the batches lack the tensor " + name);
    return clip::as_torch(model::Tensor(view->dtype, view->shape, view->data, nullptr)).clone();
  }

 private:
  std::unique_ptr<archive::TensorArchive> archive_;
};

/// images.K [B, 3, S, S] and labels.K [B, S, S] for K = 0, 1, ...
std::vector<train::Batch> batches_of(const File& file) {
  std::vector<train::Batch> all;
  for (std::size_t i = 0; file.has("images." + std::to_string(i)); ++i) {
    train::Batch batch;
    batch.images = file["images." + std::to_string(i)];
    batch.labels = file["labels." + std::to_string(i)].to(torch::kInt64);
    batch.names = {"batch " + std::to_string(i)};
    all.push_back(std::move(batch));
  }
  if (all.empty()) throw std::runtime_error("the batches lack the tensor images.0");
  return all;
}

ClassList numbered(std::int64_t count) {
  ClassList classes;
  for (std::int64_t i = 0; i < count; ++i) classes.names.push_back({"class " + std::to_string(i)});
  classes.seen.assign(static_cast<std::size_t>(count), true);
  return classes;
}

torch::Tensor labels_of(network::Network& network, const torch::Tensor& image, const torch::Tensor& text) {
  const torch::InferenceMode no_gradients;
  const auto scores = network.patch_scores(image.to(network.device()), text);
  return nn::resize_maps(scores, {image.size(2), image.size(3)}).argmax(1);
}

void write(const fs::path& path, const std::map<std::string, torch::Tensor>& tensors) {
  std::vector<model::Tensor> kept;
  std::vector<archive::TensorView> views;
  for (const auto& [name, tensor] : tensors) {
    kept.push_back(clip::from_torch(tensor));
    const auto& last = kept.back();
    views.push_back(
        {name, last.dtype(), last.shape(), static_cast<const std::byte*>(last.data()), last.bytes()});
  }
  archive::write_safetensors(path, views);
}

nlohmann::json run(const Settings& settings) {
  auto config = config::read_run_config(settings.config);
  config.threads = network::set_threads(config.threads);
  const auto model = model::open_model(settings.model);
  network::Network network(model, network::device_of(config.device),
                           network::precision_of(config.train.precision));
  network.make_trainable(model, config.seed);
  network.set_activation_checkpointing(config.train.activation_checkpointing);
  const File file(settings.batches);
  const auto batches = batches_of(file);
  const auto text = file["text"].to(network.device());
  const auto classes = numbered(text.size(0));
  const auto alone = workers::join({}, {});
  train::Trainer trainer(network, config, classes, text, *alone);

  auto losses = nlohmann::json::array();
  std::vector<double> times;
  for (std::int64_t i = 0; i < settings.updates; ++i) {
    const auto start = Clock::now();
    const auto result = trainer.step(i, batches[static_cast<std::size_t>(i) % batches.size()], false);
    auto row = nlohmann::json::array({result.loss});
    for (const auto& [name, value] : result.parts) row.push_back(value);
    losses.push_back(row);
    times.push_back(std::chrono::duration<double, std::milli>(Clock::now() - start).count());
  }
  if (!settings.write.empty()) {
    auto tensors = network.trained();
    tensors["labels"] = labels_of(network, file["held_out"], text).to(torch::kFloat32);
    write(settings.write, tensors);
  }
  if (times.size() > 1) times.erase(times.begin());  // libraries prepare themselves in the first
  std::sort(times.begin(), times.end());
  return {{"losses", losses}, {"update_ms", times[times.size() / 2]}, {"updates", settings.updates}};
}

}  // namespace
}  // namespace relprompt

int main(int argc, char** argv) {
  relprompt::Settings settings;
  CLI::App app("Updates of a model's prompts on given batches: losses, time of an update, what came out");
  app.add_option("--model", settings.model, "model folder with prompts (relprompt init)")->required();
  app.add_option("--config", settings.config, "run config: device, precision, rates, schedule")->required();
  app.add_option("--batches", settings.batches, "safetensors: images.K, labels.K, text, held_out")
      ->required();
  app.add_option("--updates", settings.updates)->check(CLI::PositiveNumber);
  app.add_option("--write", settings.write, "safetensors to be made: parameters, and labels of held_out");
  CLI11_PARSE(app, argc, argv);
  try {
    std::cout << relprompt::run(settings) << "\n";
  } catch (const std::exception& problem) {
    std::cerr << "bench_updates: " << problem.what() << "\n";
    return 1;
  }
  return 0;
}
