#include "train/pretrain_run.h"

#include <chrono>
#include <nlohmann/json.hpp>
#include <utility>

#include <fmt/format.h>
#include <torch/torch.h>

#include "relprompt/error.h"

#include "analysis/training_curves.h"
#include "base/atomic_file.h"
#include "base/json_fields.h"
#include "base/own_files.h"
#include "image/image_files.h"
#include "train/finished.h"
#include "train/optimizer_state.h"
#include "train/pretrain_vocabulary.h"

namespace relprompt::train {
namespace {

using Json = nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

constexpr const char* kFormat = "relprompt pretraining state 1";

text::Tokenizer tokenizer_of(const std::string& merges) {
  return text::Tokenizer(text::parse_merges(merges, "merges.txt", text::kMaxMerges));
}

model::ClipConfig sized(model::ClipConfig config, const text::Tokenizer& tokenizer) {
  config.text.vocab = tokenizer.vocab_size();
  return config;
}

std::int64_t numbers_of(const PretrainTowers& towers) {
  std::int64_t sum = 0;
  for (const auto& [name, value] : towers.parameters()) sum += value.numel();
  return sum;
}

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

}  // namespace

PretrainRun::PretrainRun(const RunFolder& folder, const PretrainConfig& config, RunListener& listener)
    : folder_(folder),
      config_(config),
      listener_(listener),
      merges_(learn_vocabulary(static_cast<std::size_t>(config.merges), config.seed)),
      tokenizer_(tokenizer_of(merges_)),
      towers_(sized(config.clip, tokenizer_), config.seed),
      trainer_(towers_, config_),
      test_(config_, tokenizer_) {
  restore();
  const auto& path = folder_.path();
  require_free({folder_.checkpoint(), folder_.result(), path / "curves.png", path / "clip.safetensors",
                path / "merges.txt", path / "config.json"},
               true);
  log_.emplace(path, state_.log_bytes, state_.text_bytes);
  for (const auto& note : log_->notes()) listener_.on_note(note);
}

void PretrainRun::restore() {
  const auto accept = [&](const nlohmann::json& json) {
    JsonFields fields(json, folder_.checkpoint().string());
    constexpr std::int64_t kMost = std::int64_t{1} << 53;
    state_.done = fields.integer("done", 0, 0, config_.iterations());
    state_.log_bytes = static_cast<std::uint64_t>(fields.integer("log_bytes", 0, 0, kMost));
    state_.text_bytes = static_cast<std::uint64_t>(fields.integer("text_bytes", 0, 0, kMost));
    top1_.objects = fields.number("top1", 0, 0, 1);
    top1_.grounds = fields.number("top1_grounds", 0, 0, 1);
    if (fields.text("identity", "") == identity_of(config_)) return;
    throw Error(ErrorCode::kBadModelConfig,
                fmt::format("{}: made with other settings than the run's config.yaml has now",
                            folder_.checkpoint().string()),
                "restore config.yaml, or start a new run");
  };
  resumed_ =
      load_optimizer_state(folder_.checkpoint(), kFormat, trainer_.groups(), trainer_.optimizer(), accept);
}

RunOutcome PretrainRun::run() {
  const auto iterations = config_.iterations();
  if (!resumed_) {
    const auto sentence =
        fmt::format("pretraining both towers from nothing: {} numbers, {} tokens, {} iterations",
                    numbers_of(towers_), tokenizer_.vocab_size(), iterations);
    log_->add({{"event", "start"}, {"trained_parameters", numbers_of(towers_)}, {"threads", config_.threads}},
              sentence);
    listener_.on_note(sentence);
  } else {
    listener_.on_note(fmt::format("continuing after iteration {} of {}", state_.done, iterations));
  }
  for (const auto& warning : warm_up_warnings(config_)) warn(warning);
  if (state_.done < iterations && !iterate()) {
    checkpoint();
    RunOutcome outcome;
    outcome.summary = fmt::format("stopped after iteration {} of {}; relprompt pretrain --resume {} goes on",
                                  state_.done, iterations, folder_.path().string());
    return outcome;
  }
  return conclude();
}

void PretrainRun::warn(const std::string& sentence) {
  listener_.on_note("warning: " + sentence);
  if (!resumed_) log_->add({{"event", "warning"}, {"text", sentence}}, "warning: " + sentence);
}

bool PretrainRun::iterate() {
  const auto iterations = config_.iterations();
  PretrainLoader loader(config_, tokenizer_, state_.done);
  while (state_.done < iterations) {
    if (listener_.stop_requested()) return false;
    const auto start = Clock::now();
    pace_.begin();
    const auto step = trainer_.step(state_.done, loader.next());
    ++state_.done;
    pace_.end();
    tell(step);
    const bool last = state_.done == iterations;
    if (last || (config_.evaluate_every > 0 && state_.done % config_.evaluate_every == 0)) evaluate();
    seconds_ += seconds_since(start);
    if (last || state_.done % config_.checkpoint_every == 0) checkpoint();
  }
  return true;
}

void PretrainRun::tell(const PretrainStep& step) {
  const auto iterations = config_.iterations();
  const double seconds = pace_.seconds_per_iteration();
  listener_.on_step({state_.done, iterations, step.loss, step.parts, seconds});
  const auto& phase = *place_of(config_, state_.done - 1).phase;
  if (state_.done % config_.log_every != 0 && state_.done != 1 && state_.done != iterations) return;
  const double rate = pretrain_rate(config_, state_.done - 1);
  const auto temperature = towers_.temperature().item<double>();
  std::string sentence =
      fmt::format("iteration {}/{}  {}  loss {:.4f}", state_.done, iterations, phase.name, step.loss);
  Json parts = Json::object();
  for (const auto& [name, value] : step.parts) {
    sentence += fmt::format("  {} {:.4f}", name, value);
    parts[name] = value;
  }
  sentence += fmt::format("  rate {:.3e}  gradient {:.3f}  temperature {:.1f}  {:.3f} s", rate,
                          step.gradient_norm, temperature, seconds);
  log_->add({{"event", "step"},
             {"iteration", state_.done},
             {"phase", phase.name},
             {"loss", step.loss},
             {"parts", parts},
             {"rates", {{phase.name, rate}}},
             {"gradient_norm", step.gradient_norm},
             {"temperature", temperature},
             {"seconds", seconds}},
            sentence);
}

void PretrainRun::evaluate() {
  top1_ = test_.measure(towers_);
  const auto sentence = fmt::format(
      "iteration {}: top-1 of fresh scenes: {:.1f}% among {} objects, {:.1f}% among {} backgrounds",
      state_.done, top1_.objects * 100, world::kObjectClasses, top1_.grounds * 100, world::kGrounds);
  listener_.on_note(sentence);
  log_->add({{"event", "evaluation"},
             {"iteration", state_.done},
             {"scores", {{"top1", top1_.objects}, {"top1_grounds", top1_.grounds}}}},
            sentence);
}

void PretrainRun::checkpoint() {
  state_.log_bytes = log_->json_bytes();
  state_.text_bytes = log_->text_bytes();
  const nlohmann::json state = {
      {"done", state_.done},   {"log_bytes", state_.log_bytes}, {"text_bytes", state_.text_bytes},
      {"top1", top1_.objects}, {"top1_grounds", top1_.grounds}, {"identity", identity_of(config_)}};
  export_clip(folder_.path(), towers_, merges_,
              fmt::format("pretrained on the synthetic world by relprompt: {}, seed {}, {} of {} iterations",
                          config_.name, config_.seed, state_.done, config_.iterations()),
              pretraining_words());
  save_optimizer_state(folder_.checkpoint(), kFormat, trainer_.groups(), trainer_.optimizer(), state);
  image::write_png(folder_.path() / "curves.png",
                   analysis::draw_training_curves(analysis::read_training_log(folder_.path() / "log.jsonl")));
}

RunOutcome PretrainRun::conclude() {
  const Json result = {{"iterations", state_.done},         {"top1", top1_.objects},
                       {"top1_grounds", top1_.grounds},     {"scenes", config_.evaluate_scenes},
                       {"numbers", numbers_of(towers_)},    {"seed", config_.seed},
                       {kSettingsKey, identity_of(config_)}};
  RunOutcome outcome;
  outcome.finished = true;
  outcome.json = result.dump();
  outcome.summary = fmt::format("top-1 {:.1f}% among {} objects after {} iterations in {:.1f} minutes: {}",
                                top1_.objects * 100, world::kObjectClasses, state_.done, seconds_ / 60,
                                folder_.path().string());
  log_->add({{"event", "finished"}, {"iteration", state_.done}, {"seconds", seconds_}}, outcome.summary);
  write_file(folder_.result(), result.dump(2) + "\n");
  return outcome;
}

}  // namespace relprompt::train
