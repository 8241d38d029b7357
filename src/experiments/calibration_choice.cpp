#include "experiments/calibration_choice.h"

#include <algorithm>

#include "evaluate/test_set.h"
#include "model/model_files.h"
#include "segmenter/scored_image.h"
#include "segmenter/text_encoder.h"

namespace relprompt::experiments {

std::optional<Calibrated> choose_calibration(const std::vector<double>& candidates, const Measure& measure) {
  Calibrated calibrated;
  calibrated.candidates = candidates;
  const auto validation = measure(candidates, /*validation=*/true);
  if (!validation) return std::nullopt;
  for (const auto& scores : *validation) calibrated.validation_hiou.push_back(scores.hiou.value_or(0));
  const auto& all = calibrated.validation_hiou;
  const auto best = std::max_element(all.begin(), all.end()) - all.begin();  // the first of equal ones
  calibrated.chosen = candidates[static_cast<std::size_t>(best)];
  const auto test = measure({calibrated.chosen}, /*validation=*/false);
  if (!test) return std::nullopt;
  calibrated.test = test->front();
  return calibrated;
}

Sweep sweep_calibrations(const config::RunConfig& config, const std::filesystem::path& path,
                         const std::vector<double>& calibrations, RunListener& listener,
                         const evaluate::ScorerFactory& scorer_of) {
  const auto set = evaluate::open_test_set(config);
  const auto model = model::open_model(path);
  const auto scorer = scorer_of(model, kernels::precision_of(config.train.precision));
  const auto embeddings =
      segmenter::encode_classes(model, config.paths.vocab, set.classes, config.text).embeddings;
  std::vector<SegmentOptions> options;
  for (const double calibration : calibrations) {
    auto changed = config;
    changed.test.calibration = calibration;
    options.push_back(evaluate::test_options(changed, model.config, set.classes));
  }
  std::vector<eval::ConfusionMatrix> counts(calibrations.size(), eval::ConfusionMatrix(set.classes.size()));
  for (std::size_t i = 0; i < set.dataset->size(); ++i) {
    if (listener.stop_requested()) return std::nullopt;
    const auto sample = set.dataset->get(i);
    const auto scored =
        segmenter::score_image(*scorer, model.config, embeddings, sample.image, options.front(), {});
    for (std::size_t k = 0; k < options.size(); ++k) {
      const auto result = segmenter::label_image(scored, options[k], {});
      counts[k].add(sample.name, result.labels, sample.labels, data::kIgnore);
    }
    listener.on_evaluation("calibrations", i + 1, set.dataset->size());
  }
  std::vector<eval::Scores> scores;
  for (const auto& matrix : counts)
    scores.push_back(eval::scores_of(matrix, set.classes.seen, config.test.average));
  return scores;
}

}  // namespace relprompt::experiments
