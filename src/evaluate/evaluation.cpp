#include "evaluate/evaluation.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "relprompt/error.h"

#include "base/json_output.h"
#include "data/order.h"
#include "data/prefetch.h"
#include "eval/confusion_json.h"
#include "eval/json_text.h"
#include "segmenter/sliding_window.h"

namespace relprompt::evaluate {
namespace {

namespace fs = std::filesystem;

/// This worker's images, one after the other.
class Shard {
 public:
  Shard(segmenter::PatchScorer& scorer, const model::ModelConfig& model, const EvaluationJob& job,
        const processes::ProcessGroup& workers)
      : scorer_(scorer), model_(model), job_(job), progress_(job.dataset.classes().size()) {
    for (const auto at : data::shard_of(job.indices.size(), {workers.rank(), workers.size()})) {
      indices_.push_back(job.indices[at]);
      names_.push_back(job.dataset.name(indices_.back()));
    }
    if (job.progress.empty()) return;
    fs::path file = job.progress;
    if (workers.size() > 1) file += "." + std::to_string(workers.rank());
    file_.emplace(file, job.protocol, job.dataset.classes(), names_);
    auto saved = file_->load();
    // Scores of single images cannot be had afterwards.
    const bool usable = saved && (!job.image_scores || saved->scores.size() == saved->confusion.images());
    if (usable) progress_ = std::move(*saved);
    if (!job.image_scores) progress_.scores.clear();
  }

  /// False if it was asked to stop.
  bool run() {
    const auto first = static_cast<std::size_t>(progress_.done);
    const data::PrefetchOptions ahead = {job_.loader_threads, 2};
    data::Prefetch<data::Inspection> samples(
        indices_.size() - first,
        [&](std::uint64_t i) { return job_.dataset.inspect(indices_[first + static_cast<std::size_t>(i)]); },
        ahead);
    while (samples.has_next()) {
      if (job_.stop && job_.stop()) {
        save();
        return false;
      }
      take(samples.next());
      ++progress_.done;
      if (progress_.done % job_.save_every == 0) save();
      if (job_.report) job_.report(static_cast<std::size_t>(progress_.done), indices_.size());
    }
    save();
    return true;
  }

  eval::Progress& progress() { return progress_; }

 private:
  void take(const data::Inspection& inspection) {
    const auto& sample = inspection.sample;
    if (inspection.error) {
      if (!job_.skip_bad) throw Error(*inspection.error);
      progress_.skipped.push_back(names_[static_cast<std::size_t>(progress_.done)]);
      return;
    }
    if (job_.notes && !sample.image.notes.empty()) job_.notes(sample.name, sample.image.notes);
    const auto result = segment(sample);
    progress_.confusion.add(sample.name, result.labels, sample.labels, data::kIgnore);
    if (!job_.image_scores) return;
    progress_.scores.push_back(eval::score_image(sample.name, result.labels, sample.labels,
                                                 job_.dataset.classes().size(), data::kIgnore));
  }

  Segmentation segment(const data::Sample& sample) {
    try {
      return segmenter::segment_image(scorer_, model_, job_.embeddings, sample.image, job_.options, {});
    } catch (const Error& error) {
      // The model is at fault; the image with which it showed helps to find out why.
      if (error.code() != ErrorCode::kTensorMismatch && error.code() != ErrorCode::kDiverged) throw;
      throw Error(error.code(), sample.name + ": " + error.what());
    }
  }

  void save() const {
    if (file_) file_->save(progress_);
  }

  segmenter::PatchScorer& scorer_;
  const model::ModelConfig& model_;
  const EvaluationJob& job_;
  std::vector<std::size_t> indices_;
  std::vector<std::string> names_;
  std::optional<eval::ProgressFile> file_;
  eval::Progress progress_;
};

std::string as_text(const eval::Progress& progress, bool complete) {
  nlohmann::json json = {{"confusion", eval::to_json(progress.confusion)},
                         {"skipped", progress.skipped},
                         {"done", progress.done},
                         {"complete", complete},
                         {"scores", nlohmann::json::array()}};
  for (const auto& score : progress.scores) json["scores"].push_back(eval::to_json(score));
  return json_text(json);
}

void add(EvaluationResult& sum, const std::string& text) {
  const std::string source = "another worker";  // whose result it is, for messages
  const auto json = eval::parse_json(text, source);
  auto& progress = sum.progress;
  progress.confusion.merge(eval::confusion_from_json(eval::member(json, "confusion", source), source));
  for (auto& name : eval::names_at(json, "skipped", source)) progress.skipped.push_back(std::move(name));
  for (const auto& score : eval::array_at(json, "scores", source)) {
    progress.scores.push_back(eval::image_score_from_json(score, source));
  }
  progress.done += eval::count_at(json, "done", source);
  sum.complete = sum.complete && eval::member(json, "complete", source) == true;
}

}  // namespace

EvaluationResult evaluate_set(segmenter::PatchScorer& scorer, const model::ModelConfig& model,
                              const EvaluationJob& job, processes::ProcessGroup& workers) {
  Shard shard(scorer, model, job, workers);
  EvaluationResult result = {eval::Progress(job.dataset.classes().size()), true};
  const bool complete = shard.run();
  if (workers.size() == 1) {
    result = {std::move(shard.progress()), complete};
    return result;
  }
  const auto all = workers.gather(as_text(shard.progress(), complete));
  for (const auto& text : all) add(result, text);
  if (all.empty()) result.progress = std::move(shard.progress());
  // All workers must agree, or some would wait for others that have ended.
  result.complete = workers.broadcast_text(result.complete ? "complete" : "stopped") == "complete";
  return result;
}

}  // namespace relprompt::evaluate
