// Whether the rows of a table come in the order in which the paper has them. Numbers of another data set and
// another CLIP cannot be compared with ours; which of two rows is ahead can.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "experiments/summary.h"

namespace relprompt::experiments {

/// A row with both numbers, in any units: only their order counts.
struct RankedRow {
  std::string name;
  double paper = 0;
  double mean = 0;   ///< here, over the runs
  RowScores scores;  ///< here, run by run
};

/// Kendall's count of pairs of rows, as far as the paper puts one of the two ahead: its ties are left out.
struct RankAgreement {
  std::size_t pairs = 0;
  std::size_t same = 0;  ///< the same row is ahead by the means here; a tie here is not the same order
  /// Pairs whose paired difference has a 95% interval that holds 0 here, or no interval for want of runs.
  std::size_t undecided = 0;
  std::size_t same_decided = 0;  ///< of the others, those in the same order
};

RankAgreement agreement_of(const std::vector<RankedRow>& rows);

/// The rows of a regime that have a number of the paper and at least one score.
std::vector<RankedRow> ranked_rows(const TableSummary& table, const std::string& regime);

/// "Order by hIoU, best first, here: ...; in the paper: .... Pairs of rows in the same order: 9 of 10 ...";
/// equal numbers of the paper stand as "A = B". Empty for fewer than two rows.
std::string order_sentence(const std::vector<RankedRow>& rows);

}  // namespace relprompt::experiments
