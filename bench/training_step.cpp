// One training step of a model folder on random images, without data set and optimizer: seconds an image by
// phase and the peak memory of the process, one JSON object on stdout.
//
// Peak memory belongs to a process, so each setting is one run: scripts alternate them and take medians.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include <sys/resource.h>
#include <torch/torch.h>

#include "loss/loss.h"
#include "model/model_files.h"
#include "network/network.h"
#include "nn/grid.h"

namespace relprompt {
namespace {

constexpr std::int64_t kIgnore = 65535;

struct Settings {
  std::string model, precision = "fp32";
  std::int64_t batch = 2, classes = 20, size = 512;
  int steps = 3, threads = 2;
  bool activation_checkpointing = false;
};

double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

/// Largest resident memory so far, 10^6 bytes, mapped weights included.
double peak_mb() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) * 1024e-6;
}

nlohmann::json measure(const Settings& settings) {
  torch::set_num_threads(settings.threads);
  torch::manual_seed(1);
  const auto model = model::open_model(settings.model);
  const bool half = settings.precision == "bf16";
  network::Network net(model, torch::kCPU, half ? network::Precision::kBf16 : network::Precision::kFp32);
  net.make_trainable(model, /*seed=*/1);
  net.set_activation_checkpointing(settings.activation_checkpointing);
  const auto trained = net.trained();
  const auto image = torch::randn({settings.batch, 3, settings.size, settings.size});
  const auto target = torch::randint(settings.classes, {settings.batch, settings.size, settings.size},
                                     torch::TensorOptions().dtype(torch::kInt64));
  namespace F = torch::nn::functional;
  const auto text = F::normalize(torch::randn({settings.classes, model.config.clip.joint}),
                                 F::NormalizeFuncOptions().dim(-1));
  const std::vector<std::uint64_t> keys(static_cast<std::size_t>(settings.batch), 1);
  const double loaded = peak_mb();
  std::vector<double> forward, loss, backward, all;
  for (int step = 0; step <= settings.steps; ++step) {
    const double start = seconds();
    const auto scores = net.patch_scores(image, text, {}, rpm::SampleNoise(keys));
    const auto logits = nn::resize_maps(scores, {settings.size, settings.size});
    const double after_forward = seconds();
    const auto value = loss::compute_loss(logits, target, kIgnore).total;
    const double after_loss = seconds();
    value.backward();
    const double end = seconds();
    for (const auto& [name, parameter] : trained) parameter.mutable_grad().reset();
    if (step == 0) continue;  // oneDNN generates its code in the first step
    const auto add = [&](std::vector<double>& list, double span) {
      list.push_back(span / static_cast<double>(settings.batch));
    };
    add(forward, after_forward - start);
    add(loss, after_loss - after_forward);
    add(backward, end - after_loss);
    add(all, end - start);
  }
  return {{"precision", settings.precision},
          {"activation_checkpointing", settings.activation_checkpointing},
          {"seconds_an_image", median(all)},
          {"forward", median(forward)},
          {"loss", median(loss)},
          {"backward", median(backward)},
          {"loaded_mb", loaded},
          {"peak_mb", peak_mb()}};
}

}  // namespace
}  // namespace relprompt

int main(int argc, char** argv) {
  relprompt::Settings settings;
  CLI::App app("Seconds an image and peak memory of a training step (forward, loss, backward)");
  app.add_option("--model", settings.model, "model folder with prompts (relprompt init)")->required();
  app.add_option("--precision", settings.precision)->check(CLI::IsMember({"fp32", "bf16"}));
  app.add_option("--batch", settings.batch)->check(CLI::PositiveNumber);
  app.add_option("--classes", settings.classes)->check(CLI::PositiveNumber);
  app.add_option("--size", settings.size, "pixels a side")->check(CLI::PositiveNumber);
  app.add_option("--steps", settings.steps, "measured after one that warms up")->check(CLI::PositiveNumber);
  app.add_option("--threads", settings.threads)->check(CLI::PositiveNumber);
  app.add_flag("--activation-checkpointing", settings.activation_checkpointing);
  CLI11_PARSE(app, argc, argv);
  std::cout << relprompt::measure(settings) << "\n";
  return 0;
}
