#include "train/best_model.h"

#include <utility>

#include "relprompt/error.h"

#include "data/order.h"
#include "evaluate/evaluation.h"
#include "network/torch_scorer.h"

namespace relprompt::train {
namespace {

segmenter::ClassEmbeddings rows_of(const segmenter::ClassEmbeddings& all, const LabelSpace& space) {
  std::vector<float> rows;
  for (const auto label : space.classes()) {
    const auto first = all.rows.begin() + label * all.width;
    rows.insert(rows.end(), first, first + all.width);
  }
  return segmenter::one_row_each(std::move(rows), all.width);
}

}  // namespace

BestModel::BestModel(const config::RunConfig& config, const model::ModelFiles& model,
                     const evaluate::OpenSet& set, const TrainingParts& parts,
                     const segmenter::ClassEmbeddings& embeddings)
    : config_(config), model_(model.config) {
  if (config.train.best == config::BestRule::kHeldOutSeen && !parts.held_out.empty()) {
    const LabelSpace space(set.classes, config.setting, /*all_rows=*/false);
    held_out_ = std::make_unique<LabelledPart>(*set.dataset, parts.held_out, space);
    dataset_ = held_out_.get();
    classes_ = held_out_->classes();
    embeddings_ = rows_of(embeddings, space);
    config::RunConfig plain = config;
    plain.setting = eval::Setting::kSupervised;  // no calibration: unseen classes are not asked for
    options_ = evaluate::test_options(plain, model_, classes_);
  }
  if (config::looks_at_test(config.train.best)) {
    test_ = evaluate::open_test_set(config);
    if (test_.classes.names != set.classes.names) {
      throw Error(ErrorCode::kBadArgument,
                  "this rule of train.best needs a test set with the training set's classes",
                  "choose train.best: held_out_seen or none");
    }
    dataset_ = test_.dataset.get();
    classes_ = test_.classes;
    embeddings_ = embeddings;
    options_ = evaluate::test_options(config, model_, classes_);
  }
}

eval::CheckpointRule BestModel::rule() const {
  return config::looks_at_test(config_.train.best) ? eval::CheckpointRule::kBestOnTested
                                                   : eval::CheckpointRule::kBest;
}

std::string BestModel::score_name() const {
  if (config_.train.best == config::BestRule::kValidationUnseen) return "hIoU on the test set";
  if (config_.train.best == config::BestRule::kValidationUnseenMiou)
    return "mIoU of unseen classes on the test set";
  return "mIoU of seen classes on a held-out part of the training set";
}

std::string BestModel::part() const {
  return config::looks_at_test(config_.train.best) ? "test set" : "held-out part";
}

std::optional<double> BestModel::deciding(const eval::Scores& scores) const {
  if (config_.train.best == config::BestRule::kHeldOutSeen) return scores.miou;
  if (config_.train.best == config::BestRule::kValidationUnseenMiou) return scores.miou_unseen;
  return scores.hiou ? scores.hiou : scores.miou;
}

eval::Scores BestModel::measure(network::Network& network, workers::Workers& workers, RunListener& listener) {
  network::TorchScorer scorer(network);
  evaluate::EvaluationJob job = {*dataset_,
                                 data::spread_indices(dataset_->size(), config_.train.evaluate_samples),
                                 embeddings_,
                                 options_,
                                 {}};
  job.skip_bad = config_.train.bad_sample == config::BadSample::kSkip;
  job.loader_threads = config_.train.loader_threads;
  job.report = [&](std::size_t done, std::size_t all) {
    workers.check();
    listener.on_evaluation(part(), done, all);
  };
  const auto result = evaluate::evaluate_set(scorer, model_, job, workers);
  const bool split = config::looks_at_test(config_.train.best);
  return eval::scores_of(result.progress.confusion, split ? classes_.seen : std::vector<bool>(),
                         config_.test.average);
}

}  // namespace relprompt::train
