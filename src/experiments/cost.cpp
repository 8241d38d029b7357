#include "experiments/cost.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace relprompt::experiments {
namespace {

using Json = nlohmann::ordered_json;

/// Passes over a test image at its plain size that all its scales are worth.
double passes_of(const config::TestOptions& test) {
  double sum = test.scales.empty() ? 1 : 0;
  for (const double scale : test.scales) sum += scale * scale;
  return test.flip ? 2 * sum : sum;
}

/// Images of an evaluation that chooses the best checkpoint.
std::uint64_t deciding_images(const config::RunConfig& config, std::uint64_t training, std::uint64_t test) {
  if (config.train.best == config::BestRule::kNone) return 0;
  const auto held_out =
      static_cast<std::uint64_t>(std::llround(config.data.held_out * static_cast<double>(training)));
  const auto all = config.train.best == config::BestRule::kHeldOutSeen ? held_out : test;
  const std::uint64_t limit = config.train.evaluate_samples;
  return limit == 0 ? all : std::min(all, limit);
}

void add(const Plan& plan, const PlannedRun& run, Cost& cost) {
  const auto& world = plan.suite.regimes[run.regime].world;
  const auto& facts = plan.data[run.regime];
  const std::uint64_t training = facts ? facts->training : world.scenes;
  const std::uint64_t test = facts ? facts->test : world.test;
  const auto& train = run.config.train;
  std::uint64_t measured = facts ? test : test + world.validation;
  if (run.trained) {
    const auto updates = static_cast<std::uint64_t>(train.schedule.iterations);
    cost.updates += updates;
    cost.training_images += updates * train.batch;
    const auto every = static_cast<std::uint64_t>(train.evaluate_every);
    const std::uint64_t times = 1 + (every > 0 ? (updates - 1) / every : 0);
    measured += times * deciding_images(run.config, training, test);
  }
  // A calibration of its own: each one on the validation part, the chosen one on the test set.
  if (!facts && !run.calibrations.empty()) measured += run.calibrations.size() * world.validation + test;
  cost.test_images +=
      static_cast<std::uint64_t>(std::llround(static_cast<double>(measured) * passes_of(run.config.test)));
}

/// Seconds a training image took in finished runs, the median; none if there are none.
std::optional<double> measured_pace(const Plan& plan, const std::vector<std::optional<RunResult>>& results) {
  std::vector<double> paces;
  for (std::size_t i = 0; i < results.size(); ++i) {
    const auto& train = plan.runs[i].config.train;
    if (!results[i] || !plan.runs[i].trained || results[i]->seconds <= 0) continue;
    paces.push_back(results[i]->seconds / static_cast<double>(train.schedule.iterations) /
                    static_cast<double>(train.batch));
  }
  if (paces.empty()) return std::nullopt;
  const auto middle = paces.begin() + static_cast<std::ptrdiff_t>(paces.size() / 2);
  std::nth_element(paces.begin(), middle, paces.end());
  return *middle;
}

void choose_pace(const Plan& plan, const std::vector<std::optional<RunResult>>& results,
                 const std::optional<ExperimentPace>& asked, SuiteCost& cost) {
  const auto& suite = plan.suite;
  cost.pace = asked ? asked : suite.pace;
  cost.pace_source = asked ? "as asked for" : suite.pace_machine;
  const auto measured = measured_pace(plan, results);
  if (asked || !measured) return;
  // Without a stated pace of test images: forward passes alone, so no more than training ones.
  cost.pace = ExperimentPace{*measured, suite.pace ? suite.pace->test : *measured};
  cost.pace_source = "training measured over the finished runs";
  cost.pace_source += suite.pace ? ", test images: " + suite.pace_machine : ", test images as training ones";
}

std::optional<double> hours_of(const Cost& cost, const std::optional<ExperimentPace>& pace) {
  if (!pace) return std::nullopt;
  return (static_cast<double>(cost.training_images) * pace->training +
          static_cast<double>(cost.test_images) * pace->test) /
         3600;
}

/// 1234567 as "1,234,567".
std::string grouped(std::uint64_t number) {
  auto text = std::to_string(number);
  for (auto place = static_cast<std::ptrdiff_t>(text.size()) - 3; place > 0; place -= 3)
    text.insert(static_cast<std::size_t>(place), ",");
  return text;
}

std::string line_of(const Cost& cost, std::size_t width) {
  return fmt::format("{:<{}}  {:>6}  {:>8}  {:>11}  {:>15}  {:>11}  {:>8}\n",
                     cost.table.empty() ? "all" : cost.table, width, cost.runs, cost.finished,
                     grouped(cost.updates), grouped(cost.training_images), grouped(cost.test_images),
                     cost.hours ? fmt::format("{:.1f}", *cost.hours) : std::string("-"));
}

Json json_of(const Cost& cost) {
  return {{"key", cost.table.empty() ? Json() : Json(cost.table)},
          {"runs", cost.runs},
          {"finished", cost.finished},
          {"updates", cost.updates},
          {"training_images", cost.training_images},
          {"test_images", cost.test_images},
          {"hours", cost.hours ? Json(*cost.hours) : Json()}};
}

}  // namespace

SuiteCost cost_of(const Plan& plan, const std::vector<std::size_t>& tables,
                  const std::vector<std::optional<RunResult>>& results,
                  const std::optional<ExperimentPace>& asked) {
  SuiteCost cost;
  choose_pace(plan, results, asked, cost);
  std::set<std::size_t> counted;
  for (const auto table : tables) {
    Cost own;
    own.table = plan.suite.tables[table].key;
    for (const auto& row : plan.tables[table]) {
      for (const auto run : row.runs) {
        if (!counted.insert(run).second) continue;
        ++own.runs, ++cost.all.runs;
        if (results[run]) {
          ++own.finished, ++cost.all.finished;
          continue;
        }
        add(plan, plan.runs[run], own);
        add(plan, plan.runs[run], cost.all);
      }
    }
    own.hours = hours_of(own, cost.pace);
    cost.tables.push_back(std::move(own));
  }
  cost.all.hours = hours_of(cost.all, cost.pace);
  return cost;
}

void prepend(const SuiteCost& first, SuiteCost& cost) {
  cost.tables.insert(cost.tables.begin(), first.tables.begin(), first.tables.end());
  auto& all = cost.all;
  all.runs += first.all.runs;
  all.finished += first.all.finished;
  all.updates += first.all.updates;
  all.training_images += first.all.training_images;
  all.test_images += first.all.test_images;
  all.hours = hours_of(all, cost.pace);
}

std::string cost_text(const Plan& plan, const SuiteCost& cost) {
  std::size_t width = 5;
  for (const auto& table : cost.tables) width = std::max(width, table.table.size());
  auto text = fmt::format("{:<{}}  {:>6}  {:>8}  {:>11}  {:>15}  {:>11}  {:>8}\n", "table", width, "runs",
                          "finished", "updates", "training images", "test images", "hours");
  for (const auto& table : cost.tables) text += line_of(table, width);
  text += line_of(cost.all, width);
  text +=
      "Updates, images and hours are those of runs that are not finished; a run that several tables share "
      "is in the first of them.\n";
  if (cost.pace) {
    text += fmt::format(
        "Pace: {:.3g} s a training image, {:.3g} s a test image ({}). --pace TRAINING,TEST "
        "states another.",
        cost.pace->training, cost.pace->test, cost.pace_source);
  } else {
    text += "No pace is known: --pace TRAINING,TEST states the seconds an image of each kind takes.";
  }
  const auto pending = [&](const PlannedRun& run) { return !plan.clip(run).ready(); };
  if (std::any_of(plan.runs.begin(), plan.runs.end(), pending))
    text += "\nCLIPs that are still to be pretrained come on top.";
  std::set<std::string> missing;
  for (const auto& regime : plan.suite.regimes) {
    if (!regime.available()) missing.insert(regime.data);
  }
  if (!missing.empty()) {
    text += fmt::format("\nLeft out, as their data set was not given: rows on {}.", fmt::join(missing, ", "));
  }
  return text;
}

Json cost_json(const SuiteCost& cost) {
  Json json = {{"dry_run", true}, {"pace", Json()}, {"tables", Json::array()}};
  if (cost.pace) {
    json["pace"] = {
        {"training", cost.pace->training}, {"test", cost.pace->test}, {"source", cost.pace_source}};
  }
  for (const auto& table : cost.tables) json["tables"].push_back(json_of(table));
  json["all"] = json_of(cost.all);
  return json;
}

}  // namespace relprompt::experiments
