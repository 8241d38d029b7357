#include "train/training_run.h"

#include <filesystem>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/torch.h>

#include "relprompt/error.h"

#include "analysis/log_tables.h"
#include "analysis/training_curves.h"
#include "base/atomic_file.h"
#include "base/json_output.h"
#include "base/json_read.h"
#include "base/mapped_file.h"
#include "base/own_files.h"
#include "base/resident_memory.h"
#include "evaluate/eval_run.h"
#include "evaluate/image_sheet.h"
#include "image/image_files.h"
#include "network/device.h"
#include "network/transfer.h"
#include "train/log_entry.h"
#include "train/run_identity.h"
#include "train/schedule.h"
#include "train/self_training.h"

namespace relprompt::train {
namespace {

using Json = nlohmann::ordered_json;

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
      trainer_(network_, config_, set_.classes,
               network::upload(embeddings_.rows, {embeddings_.texts().count, embeddings_.width},
                               network_.device()),
               workers),
      best_(config, model_, set_, parts_, embeddings_) {
  if (config.data.test) evaluate::open_test_set(config);  // its faults now and not after hours
  const auto identities = identities_of(config, model_.config.clip_sha256);
  if (auto saved = load_state(folder_.checkpoint(), trainer_, identities)) {
    state_ = *saved;
    resumed_ = true;
  }
  state_.identity = identities.front();
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
  options.ahead = network_.device().is_cuda();
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
    const auto sentence =
        fmt::format("training on {} {}: {} images, {} held out, {} classes, {} trainable parameters",
                    set_.name, set_.split, parts_.training.size(), parts_.held_out.size(),
                    set_.classes.size(), trainer_.parameter_count());
    log_->add({{"event", "start"},
               {"images", parts_.training.size()},
               {"held_out", parts_.held_out.size()},
               {"classes", set_.classes.size()},
               {"trained_parameters", trainer_.parameter_count()},
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
  const auto entry =
      step_entry({state_.done, iterations, step.loss, step.parts, trainer_.rates(state_.done - 1),
                  step.gradient_norm, seconds, resident_bytes()});
  log_->add(entry.event, entry.sentence);
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
  const auto entry = evaluation_entry(state_.done, best_.part(), scores, better);
  listener_.on_note(entry.sentence);
  log_->add(entry.event, entry.sentence);
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
  analysis::write_log_tables(folder_.path());
}

}  // namespace relprompt::train
