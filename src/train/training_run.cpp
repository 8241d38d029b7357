#include "train/training_run.h"

#include <filesystem>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/torch.h>

#include "relprompt/error.h"

#include "analysis/training_curves.h"
#include "base/atomic_file.h"
#include "base/json_output.h"
#include "base/json_read.h"
#include "base/mapped_file.h"
#include "base/own_files.h"
#include "evaluate/eval_run.h"
#include "evaluate/image_sheet.h"
#include "image/image_files.h"
#include "network/device.h"
#include "network/torch_scorer.h"
#include "train/finished.h"
#include "train/run_identity.h"
#include "train/schedule.h"
#include "train/self_training.h"

namespace relprompt::train {
namespace {

using Json = nlohmann::ordered_json;

Json number(const std::optional<double>& value) {
  return value ? Json(*value) : Json();
}

Json scores_json(const eval::Scores& scores) {
  return {{"miou", number(scores.miou)},
          {"miou_seen", number(scores.miou_seen)},
          {"miou_unseen", number(scores.miou_unseen)},
          {"hiou", number(scores.hiou)},
          {"pacc", number(scores.pacc)}};
}

Json pairs_json(const std::vector<std::pair<std::string, double>>& pairs) {
  Json json = Json::object();
  for (const auto& [name, value] : pairs) json[name] = value;
  return json;
}

std::string percent(const std::optional<double>& score) {
  return score ? fmt::format("{:.1f}", *score * 100) : std::string("-");
}

/// Frozen numbers may be in bfloat16; what is trained never is.
network::Network open_network(const model::ModelFiles& model, const config::RunConfig& config) {
  network::Network network(model, network::device_of(config.device),
                           kernels::precision_of(config.train.precision));
  network.make_trainable(model, config.seed);
  network.set_activation_checkpointing(config.train.activation_checkpointing);
  return network;
}

}  // namespace

TrainingRun::TrainingRun(const RunFolder& folder, const config::RunConfig& config, workers::Workers& workers,
                         RunListener& listener)
    : folder_(folder),
      config_(config),
      workers_(workers),
      listener_(listener),
      set_(evaluate::open_training_set(config)),
      shown_(config.self_training.background ? evaluate::open_for_self_training(config) : nullptr),
      parts_(split_training_set(
          set_.dataset->size(), config.data.train_samples,
          config.train.best == config::BestRule::kHeldOutSeen ? config.data.held_out : 0, config.seed)),
      model_(open_trainee(config, folder.path(), listener)),
      embeddings_(run_embeddings(folder.embeddings(), model_, config, set_.classes)),
      network_(open_network(model_, config)),
      trainer_(network_, config_, set_.classes, network::rows_of(embeddings_, network_.device()), workers),
      best_(config, model_, set_, parts_, embeddings_) {
  if (config.data.test) evaluate::open_test_set(config);  // its faults now and not after hours
  const auto identity = identity_of(config, model_.config.clip_sha256);
  if (auto saved = load_state(folder_.checkpoint(), trainer_, identity)) {
    state_ = *saved;
    resumed_ = true;
  }
  state_.identity = identity;
  if (!leads()) return;
  require_free({folder_.checkpoint(), folder_.result(), path_of("curves.png"), path_of("sheet.png")}, true);
  for (const char* model : {"last", "best"}) require_exportable(folder_.path() / model);
  log_.emplace(folder_.path(), state_.log_bytes, state_.text_bytes);
  for (const auto& note : log_->notes()) listener_.on_note(note);
}

LoaderOptions TrainingRun::loader_options() const {
  LoaderOptions options;
  options.batch = config_.train.batch;
  options.shard = {workers_.rank(), workers_.size()};
  options.first = state_.done;
  options.iterations = config_.train.schedule.iterations;
  options.seed = config_.seed;
  options.augment = config_.augment;
  options.mean = model_.config.image.mean;
  options.deviation = model_.config.image.std;
  options.skip_bad = config_.train.bad_sample == config::BadSample::kSkip;
  options.threads = config_.train.loader_threads;
  return options;
}

evaluate::TrainingFacts TrainingRun::facts(eval::CheckpointRule rule, std::int64_t iterations) const {
  evaluate::TrainingFacts facts;
  facts.trained_on = fmt::format("{} {}, {} images", set_.name, set_.split, parts_.training.size());
  facts.setting = name_of(eval::kSettingWords, config_.setting);
  facts.checkpoint = name_of(eval::kCheckpointWords, rule);
  if (rule != eval::CheckpointRule::kLast) facts.checkpoint_score = best_.score_name();
  facts.iterations = iterations;
  facts.seed = config_.seed;
  return facts;
}

RunOutcome TrainingRun::run() {
  const auto iterations = config_.train.schedule.iterations;
  if (leads() && !resumed_) {
    const auto sentence = fmt::format(
        "training on {} {}: {} images, {} held out, {} classes, {} trainable parameters", set_.name,
        set_.split, parts_.training.size(), parts_.held_out.size(), set_.classes.size(), trainer_.numbers());
    log_->add({{"event", "start"},
               {"images", parts_.training.size()},
               {"held_out", parts_.held_out.size()},
               {"classes", set_.classes.size()},
               {"trained_parameters", trainer_.numbers()},
               {"workers", workers_.size()}},
              sentence);
    listener_.on_note(sentence);
  }
  if (leads()) warn_of_warm_up();
  if (resumed_) {
    listener_.on_note(fmt::format("continuing after iteration {} of {}", state_.done, iterations));
  }
  if (state_.done < iterations) {
    BatchLoader loader(shown_ ? *shown_ : *set_.dataset, parts_.training, loader_options());
    if (!iterate(loader)) {
      checkpoint();
      RunOutcome outcome;
      outcome.summary = fmt::format("stopped after iteration {} of {}; relprompt train --resume {} goes on",
                                    state_.done, iterations, folder_.path().string());
      return outcome;
    }
  }
  return conclude();
}

void TrainingRun::warn_of_warm_up() {
  // The last stretch is the whole run or, with self_training.restart, the shorter one of two.
  const auto schedule = stretch_of(config_, config_.train.schedule.iterations - 1).schedule;
  const auto sentence = warm_up_warning(highest_share(schedule), schedule.warmup_iterations,
                                        schedule.iterations, "run", "train.warmup_iterations");
  if (sentence.empty()) return;
  listener_.on_note("warning: " + sentence);
  if (!resumed_) log_->add({{"event", "warning"}, {"text", sentence}}, "warning: " + sentence);
}

bool TrainingRun::iterate(BatchLoader& loader) {
  const auto& train = config_.train;
  const auto iterations = train.schedule.iterations;
  // Before the first iteration there is no step that brings the workers' wishes together.
  if (workers_.broadcast_text(listener_.stop_requested() ? "stop" : "") == "stop") return false;
  while (state_.done < iterations) {
    pace_.begin();
    const auto batch = loader.next();
    note_skipped(batch);
    const auto step = trainer_.step(state_.done, batch, listener_.stop_requested());
    ++state_.done;
    pace_.end();
    tell(step);
    const bool last = state_.done == iterations;
    if (last || (train.evaluate_every > 0 && state_.done % train.evaluate_every == 0)) evaluate();
    if (last || state_.done % train.checkpoint_every == 0) checkpoint();
    if (step.stop && !last) return false;
  }
  return true;
}

void TrainingRun::note_skipped(const Batch& batch) {
  state_.skipped += batch.skipped.size();
  for (const auto& problem : batch.skipped) {
    const auto sentence = fmt::format("iteration {}: left out an image: {}", state_.done + 1, problem);
    listener_.on_note(sentence);
    if (leads())
      log_->add({{"event", "skipped"}, {"iteration", state_.done + 1}, {"problem", problem}}, sentence);
  }
}

void TrainingRun::tell(const StepResult& step) {
  const auto iterations = config_.train.schedule.iterations;
  const double seconds = pace_.seconds_per_iteration();
  listener_.on_step({state_.done, iterations, step.loss, step.parts, seconds});
  const bool wanted =
      state_.done % config_.train.log_every == 0 || state_.done == 1 || state_.done == iterations;
  if (!wanted || !leads()) return;
  const auto rates = trainer_.rates(state_.done - 1);
  std::string sentence = fmt::format("iteration {}/{}  loss {:.4f}", state_.done, iterations, step.loss);
  for (const auto& [name, value] : step.parts) sentence += fmt::format("  {} {:.4f}", name, value);
  for (const auto& [name, value] : rates) sentence += fmt::format("  rate of {} {:.3e}", name, value);
  sentence += fmt::format("  gradient {:.3f}  {:.3f} s", step.gradient_norm, seconds);
  log_->add({{"event", "step"},
             {"iteration", state_.done},
             {"loss", step.loss},
             {"parts", pairs_json(step.parts)},
             {"rates", pairs_json(rates)},
             {"gradient_norm", step.gradient_norm},
             {"seconds", seconds}},
            sentence);
}

void TrainingRun::evaluate() {
  if (!best_.active()) return;
  const auto scores = best_.measure(network_, workers_, listener_);
  if (!leads()) return;
  const auto deciding = best_.deciding(scores);
  const bool candidate =
      !config_.self_training.restart || state_.done > self_training_begin(config_).value_or(0);
  const bool better = candidate && deciding && (!state_.best_score || *deciding > *state_.best_score);
  if (better) {
    state_.best_score = deciding;
    state_.best_iteration = state_.done;
    export_model(folder_.path() / "best", network_, model_, facts(best_.rule(), state_.done));
  }
  auto sentence = fmt::format("iteration {}: {}: mIoU {}, pAcc {}", state_.done, best_.part(),
                              percent(scores.miou), percent(scores.pacc));
  if (scores.hiou) {
    sentence += fmt::format(", seen {}, unseen {}, hIoU {}", percent(scores.miou_seen),
                            percent(scores.miou_unseen), percent(scores.hiou));
  }
  if (better) sentence += "; best so far";
  listener_.on_note(sentence);
  log_->add({{"event", "evaluation"},
             {"iteration", state_.done},
             {"part", best_.part()},
             {"scores", scores_json(scores)},
             {"best", better}},
            sentence);
}

void TrainingRun::checkpoint() {
  if (!leads()) return;
  state_.log_bytes = log_->json_bytes();
  state_.text_bytes = log_->text_bytes();
  try {
    export_model(folder_.path() / "last", network_, model_, facts(eval::CheckpointRule::kLast, state_.done));
    save_state(folder_.checkpoint(), trainer_, state_);
  } catch (const Error& error) {
    if (exit_status(error.code()) != 3) throw;
    throw Error(
        error.code(), fmt::format("no checkpoint after iteration {}: {}", state_.done, error.what()),
        fmt::format("the older checkpoint is kept; make room, then relprompt train --resume {} goes on",
                    folder_.path().string()));
  }
  image::write_png(path_of("curves.png"),
                   analysis::draw_training_curves(analysis::read_training_log(folder_.path() / "log.jsonl")));
}

RunOutcome TrainingRun::report_on(const std::string& model, const std::string& folder) {
  evaluate::EvalRequest request;
  request.model = folder_.path() / model;
  request.folder = folder_.path() / folder;
  request.title = model;
  request.precision = config_.train.precision;
  request.replace = true;
  return evaluate::run_evaluation(config_, request, workers_, listener_, network::scorers_on(config_.device));
}

RunOutcome TrainingRun::stopped_in_report() const {
  RunOutcome outcome;
  outcome.summary =
      fmt::format("stopped in the evaluation after the last iteration; relprompt train --resume {} goes on",
                  folder_.path().string());
  return outcome;
}

RunOutcome TrainingRun::conclude() {
  workers_.barrier();  // worker 0 has written `last`
  RunOutcome outcome;
  outcome.finished = true;
  Json result = {{"iterations", state_.done},
                 {"skipped", state_.skipped},
                 {"best_iteration", state_.best_score ? Json(state_.best_iteration) : Json()},
                 {"best_score", number(state_.best_score)},
                 {"best_rule", best_.active() ? Json(best_.score_name()) : Json()},
                 {kSettingsKey, identity_of(config_, "")}};
  outcome.summary = fmt::format("trained {} iterations: {}", state_.done, (folder_.path() / "last").string());
  if (config_.data.test) {
    const auto last = report_on("last", "report");
    if (!last.finished) return stopped_in_report();
    const bool other =
        workers_.broadcast_text(state_.best_score && state_.best_iteration != state_.done ? "1" : "") == "1";
    outcome.summary = last.summary;
    if (leads()) result["last"] = reread_json(last.json)["headline"];
    if (other) {
      const auto best = report_on("best", "report-best");
      if (!best.finished) return stopped_in_report();
      outcome.summary += "\n" + best.summary;
      if (leads()) result["best"] = reread_json(best.json)["headline"];
    }
  }
  if (!leads()) return outcome;
  outcome.json = json_text(result);
  log_->add({{"event", "finished"}, {"iteration", state_.done}}, outcome.summary);
  write_sheet();
  write_file(folder_.result(), json_text(result, 2) + "\n");
  return outcome;
}

void TrainingRun::write_sheet() {
  std::error_code ignored;
  const auto reported = path_of("report") / "sheet.png";
  if (std::filesystem::exists(reported, ignored)) {
    const MappedFile image(reported);
    write_file(path_of("sheet.png"), {reinterpret_cast<const char*>(image.data()), image.size()});
    return;
  }
  network::TorchScorer scorer(network_);
  image::write_png(path_of("sheet.png"),
                   evaluate::image_sheet(scorer, model_.config, *set_.dataset, embeddings_,
                                         evaluate::test_options(config_, model_.config, set_.classes),
                                         config_.train.sheet_samples));
}

}  // namespace relprompt::train
