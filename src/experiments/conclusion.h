// Sentences about results belong to the results that they were drawn from. A suite names those by a short
// hash of the numbers, and its report holds the sentences only over the same numbers: not with --quick, with
// other settings, another CLIP, or some of the tables alone.
#pragma once

#include <string>
#include <vector>

#include "experiments/suite.h"
#include "experiments/summary.h"

namespace relprompt::experiments {

/// Sixteen hexadecimal digits of a hash over a table's rows: their names, regimes, and mean, smallest and
/// largest mIoU, of seen and unseen classes, hIoU and pAcc as the report rounds them, to tenths of a percent.
std::string numbers_of(const Suite& suite, const TableSummary& table);

/// The same over all the tables there are.
std::string numbers_of(const Suite& suite, const std::vector<TableSummary>& tables);

/// The conclusion as a paragraph if it is over these numbers; a sentence that it is left out if it is over
/// others; nothing if there is none. @param of what it is about, such as "this table"
std::string conclusion_text(const Conclusion& conclusion, const std::string& numbers, const std::string& of);

}  // namespace relprompt::experiments
