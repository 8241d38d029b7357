#include "evaluate/eval_run.h"

#include <set>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "base/atomic_file.h"
#include "base/own_files.h"
#include "data/order.h"
#include "engine/dense_head.h"
#include "eval/report.h"
#include "evaluate/eval_report.h"
#include "evaluate/eval_shard.h"
#include "evaluate/evaluation.h"
#include "evaluate/image_sheet.h"
#include "evaluate/test_set.h"
#include "evaluate/training_facts.h"
#include "image/image_files.h"
#include "model/logit_scale.h"
#include "model/presets.h"
#include "model/prompt_check.h"
#include "segmenter/text_encoder.h"

namespace relprompt::evaluate {
namespace {

namespace fs = std::filesystem;

bool training_free(const model::ModelConfig& config) {
  return !config.prompts || model::trains_nothing(*config.prompts);
}

/// "rpn, paper", "lora", "training-free", or "training-free head c".
std::string method_of(const model::ModelConfig& config) {
  if (!config.prompts) return "training-free, " + config.head;
  if (training_free(config))
    return "training-free head " + name_of(model::kFormWords, config.prompts->lpm.form);
  const std::string method = name_of(model::kMethodWords, config.prompts->peft.method);
  const auto variant = model::variant_name(config);
  return variant == "none" ? method : method + ", " + variant;
}

eval::ProtocolStatement statement(const config::RunConfig& config, const EvalRequest& request,
                                  const OpenSet& set, const model::ModelFiles& model,
                                  const SegmentOptions& options) {
  const auto facts = read_training_facts(model.path);
  eval::ProtocolStatement protocol;
  protocol.data_set = set.name;
  protocol.split = set.split;
  protocol.setting = training_free(model.config) ? eval::Setting::kTrainingFree : config.setting;
  protocol.trained_on = facts.trained_on;
  if (config::scores_split(config)) eval::set_split(protocol, set.classes);
  protocol.ignore = set.dataset->ignored();
  protocol.model =
      fmt::format("{}, {}", model::architecture_name(model.config.clip), method_of(model.config));
  protocol.model_hash = model::content_hash(model);
  protocol.checkpoint =
      find_value(eval::kCheckpointWords, facts.checkpoint).value_or(eval::CheckpointRule::kGiven);
  protocol.checkpoint_score = facts.checkpoint_score;
  if (facts.iterations > 0) protocol.iterations = static_cast<std::uint64_t>(facts.iterations);
  if (!options.seen.empty()) protocol.calibration = config.test.calibration;
  const auto text = segmenter::resolve(config.text, model.config);
  protocol.templates = text.templates;
  protocol.max_over_names = text.names == NameRule::kMax;
  protocol.short_side = options.short_side;
  protocol.window = options.window;
  protocol.stride = options.stride;
  protocol.scales = options.scales;
  protocol.flip = options.flip;
  if (!model.config.prompts) {
    protocol.window_mean = name_of(model::kWindowMeanWords, options.mean);
    protocol.logit_scale =
        options.logit_scale > 0 ? static_cast<double>(options.logit_scale) : model::logit_scale_of(model);
  }
  protocol.refine = name_of(model::kRefinementWords, options.refine);
  if (options.unknown_threshold) protocol.unknown_threshold = static_cast<double>(*options.unknown_threshold);
  if (options.background) protocol.background = set.classes.title(*options.background);
  protocol.min_area = static_cast<double>(*options.min_area);
  protocol.normalisation = describe(model.config.image);
  protocol.precision = request.precision;
  protocol.average = config.test.average;
  return protocol;
}

std::unique_ptr<EvalShard> open_shard(const EvalRequest& request, const processes::ProcessGroup& workers) {
  if (!request.shard) return nullptr;
  if (workers.size() > 1) {
    throw Error(ErrorCode::kBadArgument,
                fmt::format("a shard is evaluated by one process, and this is one of {}", workers.size()),
                "use more shards, or one evaluation by several processes without --shard");
  }
  return std::make_unique<EvalShard>(request.folder,
                                     shards::Shard{request.shard->index, request.shard->count});
}

}  // namespace

std::unique_ptr<segmenter::PatchScorer> engine_scorer(const model::ModelFiles& model,
                                                      kernels::Precision precision) {
  return std::make_unique<segmenter::OwningScorer>(std::make_shared<engine::Network>(model, precision));
}

RunOutcome run_evaluation(const config::RunConfig& config, const EvalRequest& request,
                          processes::ProcessGroup& workers, RunListener& listener,
                          const ScorerFactory& scorer_of) {
  auto progress = request.folder / "progress.json";
  auto shard = open_shard(request, workers);
  if (shard) progress = shard->counts();
  if (workers.rank() == 0) {
    if (!shard) require_free(report_files(request.folder), request.replace);
    require_free({progress}, true);
  }
  auto set = open_test_set(config);
  if (!config::scores_split(config)) set.classes.seen.clear();
  auto model = model::open_model(request.model, request.towers);
  engine::choose_dense_head(request.head.empty() ? config.head : request.head, model);
  if (config.resclip) model.config.resclip = *config.resclip;
  for (const auto& note : model.notes) listener.on_note(note);
  const auto options = test_options(config, model.config, set.classes);
  const auto scorer = scorer_of(model, kernels::precision_of(request.precision));
  const auto embeddings =
      segmenter::encode_classes(model, config.paths.vocab, set.classes, config.text).embeddings;

  make_folder(request.folder);
  EvaluationJob job = {
      *set.dataset, {}, embeddings, options, statement(config, request, set, model, options)};
  job.indices = request.images.empty() ? data::spread_indices(set.dataset->size(), 0)
                                       : images_called(request.images, *set.dataset);
  if (shard) job.indices = shard->own(job.indices, *set.dataset);
  job.skip_bad = config.train.bad_sample == config::BadSample::kSkip;
  job.image_scores = config.test.image_scores;
  job.loader_threads = config.train.loader_threads;
  job.progress = progress;
  job.save_every = config.test.save_every;
  job.report = [&](std::size_t done, std::size_t all) { listener.on_evaluation(request.title, done, all); };
  std::set<std::string> said;  // each text once: images of a set are mostly of one kind
  job.notes = [&](const std::string& name, const std::vector<std::string>& notes) {
    for (const auto& note : notes) {
      if (said.insert(note).second) listener.on_note(fmt::format("{}: {}", name, note));
    }
  };
  job.stop = [&] { return listener.stop_requested(); };
  if (shard) shard->begin(job, set.classes);
  auto result = evaluate_set(*scorer, model.config, job, workers);

  RunOutcome outcome;
  // All images may be counted by then: the report is written by the command that continues.
  outcome.finished =
      workers.broadcast_text(result.complete && !listener.stop_requested() ? "go" : "stop") == "go";
  if (!outcome.finished) {
    outcome.summary = "interrupted; the same command continues this evaluation";
    return outcome;
  }
  if (workers.rank() != 0) return outcome;
  if (shard) return shard->finish(result.progress);
  eval::EvaluationReport report(set.classes, job.protocol, std::move(result.progress.confusion));
  report.skipped = std::move(result.progress.skipped);
  report.scores = std::move(result.progress.scores);
  outcome = write_outcome(report, request.title, request.folder);
  image::write_png(request.folder / kSheetFile, image_sheet(*scorer, model.config, *set.dataset, embeddings,
                                                            options, config.train.sheet_samples));
  remove_own(progress);
  for (std::size_t rank = 0; rank < workers.size(); ++rank) {
    remove_own(fs::path(progress) += "." + std::to_string(rank));
  }
  return outcome;
}

}  // namespace relprompt::evaluate
