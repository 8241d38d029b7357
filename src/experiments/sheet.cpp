#include "analysis/sheet.h"

#include "data/order.h"
#include "evaluate/test_set.h"
#include "experiments/report.h"
#include "experiments/row_run.h"
#include "experiments/work_folder.h"
#include "image/image_files.h"
#include "network/torch_scorer.h"
#include "segmenter/sliding_window.h"
#include "segmenter/text_encoder.h"

namespace relprompt::experiments {
namespace {

namespace fs = std::filesystem;

/// What a run's model says about the samples.
std::vector<LabelMap> label_maps(const config::RunConfig& config, const fs::path& path,
                                 const ClassList& classes, const std::vector<data::Sample>& samples) {
  const auto model = model::open_model(path);
  const auto options = evaluate::test_options(config, model.config, classes);
  const auto scorer =
      network::make_scorer(model, config.device, kernels::precision_of(config.train.precision));
  const auto embeddings = segmenter::encode_classes(model, {}, classes, config.text).embeddings;
  std::vector<LabelMap> maps;
  for (const auto& sample : samples) {
    maps.push_back(
        segmenter::segment_image(*scorer, model.config, embeddings, sample.image, options, {}).labels);
  }
  return maps;
}

}  // namespace

bool write_sheet(const Plan& plan, const std::vector<std::optional<RunResult>>& results, const fs::path& work,
                 const fs::path& folder) {
  if (!plan.suite.sheet) return false;
  const auto& spec = *plan.suite.sheet;
  std::vector<std::size_t> runs;
  const auto& planned = plan.tables[spec.table];
  // Rows of the table's first regime come first, unless its data set was not given.
  const auto regime = plan.suite.tables[spec.table].regimes.front();
  if (planned.empty() || planned.front().regime != regime) return false;
  for (const auto row : spec.rows) runs.push_back(planned[row].runs.front());
  for (const auto run : runs) {
    if (!results[run] || !results[run]->failure.empty()) return false;
  }
  const auto model_of = [&](std::size_t run) {
    return plan.runs[run].trained ? folder_of_run(results[run]->fingerprint, work) / "last"
                                  : with_paths(plan, plan.runs[run], work).paths.clip;
  };
  std::error_code ignored;
  for (const auto run : runs) {
    // A result that was kept without its model: an older sheet stays what it is.
    if (!fs::exists(model_of(run), ignored)) return fs::exists(folder / kSheetFile, ignored);
  }
  const auto set = evaluate::open_test_set(with_paths(plan, plan.runs[runs.front()], work));
  std::vector<data::Sample> samples;
  for (const auto index : data::spread_indices(set.dataset->size(), spec.scenes)) {
    samples.push_back(set.dataset->get(index));
  }
  analysis::Sheet sheet;
  sheet.columns = {"scene", "truth"};
  sheet.has_truth = true;
  for (auto& sample : samples) sheet.rows.push_back({sample.name, sample.image, {sample.labels}});
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const auto& run = plan.runs[runs[i]];
    const auto maps = label_maps(with_paths(plan, run, work), model_of(runs[i]), set.classes, samples);
    sheet.columns.push_back(plan.suite.tables[spec.table].rows[spec.rows[i]].name);
    for (std::size_t row = 0; row < maps.size(); ++row) sheet.rows[row].maps.push_back(maps[row]);
  }
  image::write_jpg(folder / kSheetFile, analysis::draw_sheet(sheet, set.classes));
  return true;
}

}  // namespace relprompt::experiments
