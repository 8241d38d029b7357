#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "experiments/report_parts.h"

namespace relprompt::experiments {
namespace {

bool has_own_base(const Plan& plan, const PlannedRun& run) {
  return !plan.suite.regimes[run.regime].base.empty();
}

/// The trained runs that `wanted` takes have "300 updates of 16 scenes"; several if rows differ.
template <typename Wanted>
std::string budget_of(const Plan& plan, const char* images, const Wanted& wanted) {
  std::set<std::string> budgets;
  for (const auto& run : plan.runs) {
    const auto& train = run.config.train;
    if (!run.trained || !wanted(run)) continue;
    budgets.insert(fmt::format("{} updates of {} {}", train.schedule.iterations, train.batch, images));
  }
  if (budgets.size() == 1) return "every trained row has " + *budgets.begin();
  if (budgets.empty()) return "no row is trained";
  return fmt::format("rows differ ({}), see experiments.json", fmt::join(budgets, "; "));
}

std::string scenes_text(const WorldSpec& world) {
  return fmt::format(
      "{} training scenes of {} pixels (seed {}), {} more for validation, {} test scenes of seed {}; split "
      "`{}`.",
      world.scenes, world.options.size, world.seed, world.validation, world.test, world.test_seed,
      world.split);
}

std::string data_text(const Plan& plan, std::size_t index) {
  const auto& facts = *plan.data[index];
  return fmt::format("{} training and {} test images of the data set `{}` (SHA-256 {}...).", facts.training,
                     facts.test, plan.suite.regimes[index].data, facts.sha256.substr(0, 12));
}

std::string own_base_text(const Plan& plan, std::size_t index) {
  const auto of_regime = [&](const PlannedRun& run) { return run.regime == index; };
  const auto& config = std::find_if(plan.runs.begin(), plan.runs.end(), of_regime)->config;
  const auto* images = plan.data[index] ? "images" : "scenes";
  return fmt::format(
      " Protocol `{}`, base config `{}`, without the changes that the others share; {}; calibration {}.",
      name_of(eval::kSettingWords, config.setting), plan.suite.regimes[index].base.filename().string(),
      budget_of(plan, images, of_regime), config.test.calibration);
}

/// Numbers of the regime's CLIPs that rows are run with.
std::set<std::size_t> clips_used(const Plan& plan, std::size_t regime) {
  std::set<std::size_t> used;
  for (const auto& run : plan.runs) {
    if (run.regime == regime) used.insert(run.clip);
  }
  return used;
}

std::string regime_text(const Plan& plan, std::size_t index, const std::vector<TableSummary>& tables) {
  const auto& regime = plan.suite.regimes[index];
  std::vector<std::string> clips;
  for (const auto number : clips_used(plan, index)) {
    const auto& clip = plan.clips[index][number];
    clips.push_back(clip.origin() +
                    (clip.ready() ? fmt::format(" (SHA-256 {}...)", clip.hash().substr(0, 12)) : ""));
  }
  auto text = fmt::format("- `{}`: {}. CLIP{}: {}. ", regime.key, regime.title, clips.size() == 1 ? "" : "s",
                          fmt::join(clips, "; "));
  text += plan.data[index] ? data_text(plan, index) : scenes_text(regime.world);
  if (!regime.base.empty()) text += own_base_text(plan, index);
  if (!regime.changes.empty()) text += fmt::format(" Config: {}.", fmt::join(regime.changes, ", "));
  if (const auto constant = most_frequent_class(tables, regime.key)) {
    text +=
        fmt::format(" The most frequent class everywhere has mIoU {:.1f} and pAcc {:.1f} on this test set.",
                    *constant->miou * 100, *constant->pacc * 100);
  }
  return text + "\n";
}

std::string columns_text(const Suite& suite, const std::vector<TableSummary>& tables) {
  std::string text =
      "S and U are the mIoU of seen and unseen classes, hIoU their harmonic mean, pAcc the share of pixels, "
      "all in "
      "percent: mean over the runs and, in brackets, the smallest and largest. \"gain\" is the hIoU above "
      "the table's first row, paired: the mean difference over the CLIPs and seeds that both rows have, with "
      "its "
      "95% interval (Student's t over those pairs, which takes them for independent, though those of one "
      "CLIP "
      "share it). U/S says how much of the seen classes' mIoU unseen ones reach. Seconds are those of "
      "training: the "
      "median pace times the updates.";
  if (const auto count = comparisons(tables); count > 0) {
    text += fmt::format(
        " This page has {} gains with an interval; without any true difference about {:.0f} of them would "
        "exclude 0 "
        "by chance. A star marks those that exclude it at {:.2f}% too (Bonferroni over all of them), and "
        "only these "
        "are called ahead.",
        count, std::ceil(static_cast<double>(count) * 0.05), 100 * (1 - 0.05 / static_cast<double>(count)));
  }
  for (const auto& table : tables) {
    const auto measured = [](const RowSummary& row) { return row.calibrated_hiou.count > 0; };
    if (std::none_of(table.rows.begin(), table.rows.end(), measured)) continue;
    text +=
        " \"calibrated hIoU\" is that with a number subtracted from the probability of seen classes, chosen "
        "for "
        "each run on the validation part.";
    break;
  }
  bool paper = false, supervised = false;
  for (const auto& table : tables) {
    supervised = supervised || has_supervised_rows(table);
    for (const auto& row : table.rows) paper = paper || row.reference;
  }
  if (supervised) {
    text +=
        " Where no class is unseen there is the mIoU of all classes alone, and gains are in it. Data sets "
        "from outside "
        "have no validation scenes; \"held-out mIoU\" is that of the seen classes on a part of the training "
        "images "
        "that the run did not train on.";
  }
  if (paper && suite.as_in_the_paper) {
    text +=
        " Columns \"paper\" hold what the paper or its authors' log states for the row; the text below a "
        "table "
        "says which. Where nothing is stated there is none.";
  } else if (paper) {
    text +=
        " \"paper, VOC hIoU\" is what the paper states for the row on VOC, with another CLIP, other images "
        "and "
        "longer training: only the order of rows can be compared. Below a table stands for how many pairs of "
        "rows the "
        "same one is ahead. Pairs that are equal in the paper do not count; pairs whose paired difference "
        "has a "
        "95% interval that holds 0 here are not decided.";
  }
  return text + "\n\n";
}

}  // namespace

std::string protocol_text(const Plan& plan, const std::vector<TableSummary>& tables) {
  const auto shared = [&](const PlannedRun& run) { return !has_own_base(plan, run); };
  std::string text = "## How it was measured\n\n";
  const auto first = std::find_if(plan.runs.begin(), plan.runs.end(), shared);
  if (first != plan.runs.end()) {
    const auto& config = first->config;
    text += fmt::format("Protocol `{}`, base config `{}`. Equal budgets: {}; calibration {}. ",
                        name_of(eval::kSettingWords, config.setting), plan.suite.base.filename().string(),
                        budget_of(plan, "scenes", shared), config.test.calibration);
  }
  text += fmt::format(
      "Data, their order, loss, schedule and code are equal in a regime unless the row's name says "
      "otherwise. The "
      "seed of a run decides starting values, order and noise. Nothing is chosen by the test images: the "
      "model "
      "measured is that after the last update, and the validation part, apart from training and test, is the "
      "one to "
      "choose settings by. Scores are the {}.\n\n",
      eval::description_of(plan.runs.front().config.test.average));
  text += columns_text(plan.suite, tables);
  std::set<std::size_t> used;
  for (const auto& run : plan.runs) used.insert(run.regime);
  for (const auto index : used) text += regime_text(plan, index, tables);
  return text;
}

}  // namespace relprompt::experiments
