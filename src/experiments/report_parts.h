// The parts of experiments.md.
#pragma once

#include <string>

#include "experiments/plan.h"
#include "experiments/summary.h"

namespace relprompt::experiments {

/// "How it was measured": protocol, budgets, scenes and CLIPs, and what the columns of the tables mean.
std::string protocol_text(const Plan& plan);

/// A table under its title, with its chart, how its order agrees with the paper's, and its note.
std::string table_text(const Table& table, const TableSummary& summary);

}  // namespace relprompt::experiments
