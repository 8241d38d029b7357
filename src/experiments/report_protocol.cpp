#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "experiments/report_parts.h"

namespace relprompt::experiments {
namespace {

/// "300 updates of 16 scenes"; several if rows differ.
std::string budget(const Plan& plan) {
  std::set<std::string> budgets;
  for (const auto& run : plan.runs) {
    const auto& train = run.config.train;
    if (run.trained) {
      budgets.insert(fmt::format("{} updates of {} scenes", train.schedule.iterations, train.batch));
    }
  }
  if (budgets.size() == 1) return "every trained row has " + *budgets.begin();
  return fmt::format("rows differ ({}), see experiments.json", fmt::join(budgets, "; "));
}

std::string regime_text(const Plan& plan, std::size_t index) {
  const auto& regime = plan.suite.regimes[index];
  const auto& world = regime.world;
  auto text = fmt::format(
      "- `{}`: {}. CLIP: {}{}. {} training scenes of {} pixels (seed {}), {} more for validation, {} test "
      "scenes of "
      "seed {}; split `{}`.",
      regime.key, regime.title, plan.clips[index].origin(),
      plan.clips[index].ready() ? fmt::format(" (SHA-256 {}...)", plan.clips[index].hash().substr(0, 12))
                                : "",
      world.scenes, world.options.size, world.seed, world.validation, world.test, world.test_seed,
      world.split);
  if (!regime.changes.empty()) text += fmt::format(" Config: {}.", fmt::join(regime.changes, ", "));
  return text + "\n";
}

}  // namespace

std::string protocol_text(const Plan& plan) {
  const auto& config = plan.runs.front().config;
  auto text = fmt::format(
      "## How it was measured\n\n"
      "Protocol `{}`, base config `{}`. Equal budgets: {}; data, order of the scenes, loss, schedule and "
      "code "
      "are equal unless the row's name says otherwise. The seed of a run decides starting values, order and "
      "noise. Nothing is chosen by the test scenes: the model measured is that after the last update, and "
      "the "
      "validation part, apart from training and test, is the one to choose settings by. Scores are the {}; "
      "calibration {}.\n\n"
      "S and U are the mIoU of seen and unseen classes, hIoU their harmonic mean, pAcc the share of pixels, "
      "all "
      "in percent: mean over the runs and, in brackets, the smallest and largest. \"gain\" is the hIoU above "
      "the table's first row, over common seeds. \"paper, VOC hIoU\" is what the paper states for this row "
      "on VOC: another "
      "CLIP, other pictures and longer training, so only the order of rows can be compared. Below a table "
      "stands in how many "
      "pairs of rows the same one is ahead; pairs that are equal in the paper do not count, and pairs whose "
      "ranges "
      "over the runs overlap here are told apart. Seconds are those of training: the median pace times the "
      "updates.\n\n",
      eval::name_of(config.setting), plan.suite.base.filename().string(), budget(plan),
      eval::description_of(config.test.average), config.test.calibration);
  std::set<std::size_t> used;
  for (const auto& run : plan.runs) used.insert(run.regime);
  for (const auto index : used) text += regime_text(plan, index);
  return text;
}

}  // namespace relprompt::experiments
