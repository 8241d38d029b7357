// One training step of a model folder on random pictures, without data set and optimizer: seconds an image by
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

#include "clip/load.h"
#include "loss/loss.h"
#include "lpm/lpm.h"
#include "nn/grid.h"
#include "rpm/rpm.h"
#include "segmenter/model_files.h"
#include "train/parameter_groups.h"

namespace relprompt {
namespace {

constexpr std::int64_t kIgnore = 65535;

struct Settings {
  std::string model, precision = "fp32";
  std::int64_t batch = 2, classes = 20, size = 512;
  int steps = 3, threads = 2;
  bool recompute = false;
};

/// The network as training builds it: frozen tower, trainable prompts and head.
struct Trainee {
  explicit Trainee(const segmenter::ModelFiles& model)
      : tower(model.config.clip.vision, model.config.clip.joint, model.config.clip.activation),
        rpm(model.config.clip.vision, model.config.prompts->rpm),
        lpm(model.config.clip.joint, model.config.prompts->lpm) {
    clip::load_frozen(*tower, "visual.", model.image_rows(), *model.clip);
    for (torch::nn::Module* module : std::vector<torch::nn::Module*>{&*rpm, &*lpm}) {
      clip::load_trainable(*module, "", model.prompt_rows(), *model.prompts);
      train::make_trainable(*module);
      module->train();
    }
  }

  torch::Tensor logits(const torch::Tensor& image, const torch::Tensor& t) {
    const auto out = rpm->forward(tower, image, t);
    const auto grid = tower->grid_of(image);
    const auto patches = lpm->forward(out.patches, out.class_token, t).transpose(1, 2);
    return nn::resize_maps(patches.reshape({image.size(0), t.size(0), grid.height, grid.width}),
                           {image.size(2), image.size(3)});
  }

  clip::ImageTower tower;
  rpm::Rpm rpm;
  lpm::Lpm lpm;
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
  const auto model = segmenter::open_model(settings.model);
  Trainee net(model);
  if (settings.precision == "bf16") net.tower->use_bfloat16();
  net.tower->set_recompute(settings.recompute);
  const auto groups = train::parameter_groups({&*net.rpm, &*net.lpm});
  const auto image = torch::randn({settings.batch, 3, settings.size, settings.size});
  const auto target = torch::randint(settings.classes, {settings.batch, settings.size, settings.size},
                                     torch::TensorOptions().dtype(torch::kInt64));
  namespace F = torch::nn::functional;
  const auto text = F::normalize(torch::randn({settings.classes, model.config.clip.joint}),
                                 F::NormalizeFuncOptions().dim(-1));
  const double loaded = peak_mb();
  std::vector<double> forward, loss, backward, all;
  for (int step = 0; step <= settings.steps; ++step) {
    const double start = seconds();
    const auto logits = net.logits(image, text);
    const double after_forward = seconds();
    const auto value = loss::compute_loss(logits, target, kIgnore).total;
    const double after_loss = seconds();
    value.backward();
    const double end = seconds();
    for (const auto& group : groups) {
      for (const auto& parameter : group.parameters) parameter.second.mutable_grad().reset();
    }
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
          {"recompute", settings.recompute},
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
  app.add_flag("--recompute", settings.recompute);
  CLI11_PARSE(app, argc, argv);
  std::cout << relprompt::measure(settings) << "\n";
  return 0;
}
