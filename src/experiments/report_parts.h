// The parts of experiments.md.
#pragma once

#include <string>
#include <vector>

#include "experiments/plan.h"
#include "experiments/summary.h"

namespace relprompt::experiments {

/// "How it was measured": protocol, budgets, images and CLIPs, and what the columns of the tables mean.
std::string protocol_text(const Plan& plan, const std::vector<TableSummary>& tables);

/// Which of the table's regimes are left out for want of their data set, and how to add them; or empty.
std::string left_out_text(const Suite& suite, const Table& table);

/// A table under its title, with its chart, how its order agrees with the paper's, and its note.
/// @param comparisons gains with an interval on the whole page
std::string table_text(const Suite& suite, const Table& table, const TableSummary& summary,
                       std::size_t comparisons);

}  // namespace relprompt::experiments
