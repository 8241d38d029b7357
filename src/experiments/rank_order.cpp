#include "experiments/rank_order.h"

#include <algorithm>

#include <fmt/format.h>

namespace relprompt::experiments {
namespace {

bool decided(const RankedRow& a, const RankedRow& b) {
  const auto interval = mean_interval(paired_differences(a.scores, b.scores), 0.95);
  return interval && !interval->holds_zero();
}

/// Names from the largest number down.
std::string order_by(std::vector<RankedRow> rows, double RankedRow::*number) {
  std::stable_sort(rows.begin(), rows.end(),
                   [&](const auto& a, const auto& b) { return a.*number > b.*number; });
  std::string text;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i > 0) text += rows[i].*number == rows[i - 1].*number ? " = " : " > ";
    text += rows[i].name;
  }
  return text;
}

}  // namespace

RankAgreement agreement_of(const std::vector<RankedRow>& rows) {
  RankAgreement agreement;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t k = i + 1; k < rows.size(); ++k) {
      const double paper = rows[i].paper - rows[k].paper, here = rows[i].mean - rows[k].mean;
      if (paper == 0) continue;
      const bool same = (paper > 0 && here > 0) || (paper < 0 && here < 0);
      const bool undecided = !decided(rows[i], rows[k]);
      ++agreement.pairs;
      agreement.same += same;
      agreement.undecided += undecided;
      agreement.same_decided += same && !undecided;
    }
  }
  return agreement;
}

std::vector<RankedRow> ranked_rows(const TableSummary& table, const std::string& regime) {
  std::vector<RankedRow> rows;
  for (const auto& row : table.rows) {
    if (row.regime != regime || !row.reference || row.hiou.count == 0) continue;
    rows.push_back({row.name, *row.reference, row.hiou.mean, deciding_scores(row)});
  }
  return rows;
}

std::string order_sentence(const std::vector<RankedRow>& rows) {
  if (rows.size() < 2) return "";
  const auto agreement = agreement_of(rows);
  auto text = fmt::format(
      "Order by hIoU here: {}. In the paper: {}. Pairs of rows in the same order: {} of {}",
      order_by(rows, &RankedRow::mean), order_by(rows, &RankedRow::paper), agreement.same, agreement.pairs);
  if (agreement.undecided > 0 && agreement.undecided == agreement.pairs) {
    text += "; none of them is decided here";
  } else if (agreement.undecided > 0) {
    text += fmt::format("; {} of the {} are not decided here, and of the others {} of {} are in it",
                        agreement.undecided, agreement.pairs, agreement.same_decided,
                        agreement.pairs - agreement.undecided);
  }
  return text + ".";
}

}  // namespace relprompt::experiments
