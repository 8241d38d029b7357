// What a training run does after its last iteration: reports of its models, the image sheet, result.json.
#include <filesystem>
#include <nlohmann/json.hpp>
#include <system_error>

#include <fmt/format.h>

#include "base/atomic_file.h"
#include "base/json_output.h"
#include "base/json_read.h"
#include "base/mapped_file.h"
#include "evaluate/eval_run.h"
#include "evaluate/image_sheet.h"
#include "image/image_files.h"
#include "network/torch_scorer.h"
#include "train/finished.h"
#include "train/run_identity.h"
#include "train/training_run.h"

namespace relprompt::train {

using Json = nlohmann::ordered_json;

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
                 {"best_score", state_.best_score ? Json(*state_.best_score) : Json()},
                 {"best_rule", best_.active() ? Json(best_.score_name()) : Json()},
                 {kSettingsKey, identity_of(config_, "")}};
  outcome.summary = fmt::format("trained {} iterations: {}", state_.done, (folder_.path() / "last").string());
  if (config_.data.test) {
    const auto last = report_on("last", "report");
    if (!last.finished) return stopped_in_report();
    const bool other =
        workers_.broadcast_text(state_.best_score && state_.best_iteration != state_.done ? "1" : "") == "1";
    outcome.summary = last.summary;
    outcome.classes = last.classes;
    if (leads()) result["last"] = reread_json(last.json)["headline"];
    if (other) {
      const auto best = report_on("best", "report-best");
      if (!best.finished) return stopped_in_report();
      outcome.summary += "\n" + best.summary;
      outcome.classes = best.classes;
      if (leads()) result["best"] = reread_json(best.json)["headline"];
    }
  }
  if (!leads()) return outcome;
  outcome.model = folder_.path() / (state_.best_score ? "best" : "last");
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
