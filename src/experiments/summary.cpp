#include "experiments/summary.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace relprompt::experiments {
namespace {

template <typename Get>
Spread spread(const std::vector<RunResult>& results, const Get& get) {
  std::vector<double> values;
  for (const auto& result : results) {
    const std::optional<double> value = get(result);
    if (value) values.push_back(*value);
  }
  return spread_of(values);
}

std::optional<double> deciding(const RunResult& result) {
  return result.test.hiou ? result.test.hiou : result.test.miou;
}

/// Layer by layer, over the runs that have them.
std::vector<double> mean_updates(const std::vector<RunResult>& results) {
  std::vector<double> sums;
  double count = 0;
  for (const auto& result : results) {
    if (result.m2oe_updates.empty()) continue;
    sums.resize(result.m2oe_updates.size());
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += result.m2oe_updates[i];
    ++count;
  }
  for (double& sum : sums) sum /= count;
  return sums;
}

std::optional<double> unseen_over_seen(const RunResult& result) {
  const auto &seen = result.test.miou_seen, &unseen = result.test.miou_unseen;
  if (!seen || !unseen || *seen <= 0) return std::nullopt;
  return *unseen / *seen;
}

RowSummary summary_of(const Plan& plan, const Table& table, const PlannedRow& planned,
                      const std::vector<std::optional<RunResult>>& results) {
  RowSummary row;
  row.name = table.rows[planned.row].name;
  row.reference = table.rows[planned.row].reference;
  row.published = table.rows[planned.row].published;
  row.regime = plan.suite.regimes[planned.regime].key;
  if (table.rows[planned.row].trained) {
    row.iterations = plan.runs[planned.runs.front()].config.train.schedule.iterations;
  }
  for (const auto run : planned.runs) {
    if (!results[run]) continue;
    row.results.push_back(*results[run]);
    row.keys.emplace_back(plan.runs[run].clip, plan.runs[run].config.seed);
  }
  row.miou = spread(row.results, [](const RunResult& result) { return result.test.miou; });
  row.seen = spread(row.results, [](const RunResult& result) { return result.test.miou_seen; });
  row.unseen = spread(row.results, [](const RunResult& result) { return result.test.miou_unseen; });
  row.hiou = spread(row.results, [](const RunResult& result) { return result.test.hiou; });
  row.pacc = spread(row.results, [](const RunResult& result) { return result.test.pacc; });
  row.unseen_over_seen = spread(row.results, unseen_over_seen);
  row.calibration = spread(row.results, [](const RunResult& result) {
    return result.calibrated ? std::optional<double>(result.calibrated->chosen) : std::nullopt;
  });
  row.calibrated_hiou = spread(row.results, [](const RunResult& result) {
    return result.calibrated ? result.calibrated->test.hiou : std::nullopt;
  });
  row.m2oe_updates = mean_updates(row.results);
  row.validation_miou = spread(row.results, [](const RunResult& result) { return result.validation.miou; });
  row.validation_hiou = spread(row.results, [](const RunResult& result) { return result.validation.hiou; });
  row.seconds = spread(row.results, [](const RunResult& result) {
    return result.seconds > 0 ? std::optional<double>(result.seconds) : std::nullopt;
  });
  for (const auto& result : row.results) {
    row.trained_parameters = std::max(row.trained_parameters, result.trained_parameters);
  }
  return row;
}

}  // namespace

Spread spread_of(const std::vector<double>& values) {
  Spread spread;
  spread.count = values.size();
  if (values.empty()) return spread;
  const auto count = static_cast<double>(values.size());
  spread.mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
  spread.low = *std::min_element(values.begin(), values.end());
  spread.high = *std::max_element(values.begin(), values.end());
  if (values.size() < 2) return spread;
  double squares = 0;
  for (const double value : values) squares += (value - spread.mean) * (value - spread.mean);
  spread.deviation = std::sqrt(squares / (count - 1));
  return spread;
}

std::optional<double> RowSummary::gain() const {
  if (gains.empty()) return std::nullopt;
  return spread_of(gains).mean;
}

RowScores deciding_scores(const RowSummary& row) {
  RowScores scores;
  scores.every_seed = row.iterations == 0;
  for (std::size_t i = 0; i < row.results.size(); ++i) {
    if (const auto score = deciding(row.results[i])) scores.scores[row.keys[i]] = *score;
  }
  return scores;
}

std::size_t comparisons(const std::vector<TableSummary>& tables) {
  std::size_t count = 0;
  for (const auto& table : tables) {
    for (const auto& row : table.rows) count += row.gains.size() > 1;
  }
  return count;
}

std::optional<eval::Scores> most_frequent_class(const std::vector<TableSummary>& tables,
                                                const std::string& regime) {
  for (const auto& table : tables) {
    for (const auto& row : table.rows) {
      for (const auto& result : row.results) {
        const auto& scores = result.most_frequent_class;
        if (row.regime == regime && scores.miou && scores.pacc) return scores;
      }
    }
  }
  return std::nullopt;
}

bool has_supervised_rows(const TableSummary& table) {
  return std::any_of(table.rows.begin(), table.rows.end(),
                     [](const RowSummary& row) { return row.miou.count > 0 && row.hiou.count == 0; });
}

std::vector<TableSummary> summarise(const Plan& plan, const std::vector<std::optional<RunResult>>& results) {
  std::vector<TableSummary> tables;
  for (std::size_t t = 0; t < plan.tables.size(); ++t) {
    TableSummary table{t, {}};
    std::size_t first = 0;
    bool complete = !plan.tables[t].empty();
    for (const auto& planned : plan.tables[t]) {
      for (const auto run : planned.runs) complete = complete && results[run];
      table.rows.push_back(summary_of(plan, plan.suite.tables[t], planned, results));
      auto& row = table.rows.back();
      if (table.rows[first].regime != row.regime) first = table.rows.size() - 1;
      if (&table.rows[first] == &row) continue;
      row.gains = paired_differences(deciding_scores(row), deciding_scores(table.rows[first]));
    }
    if (complete) tables.push_back(std::move(table));
  }
  return tables;
}

}  // namespace relprompt::experiments
