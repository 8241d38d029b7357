// Two rows of a table run by run: what they differ by where CLIP and seed are the same, and how sure that is.
// Paired runs share the CLIP, the starting values of common parts and the order of the data, so that their
// difference varies less than each of them does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace relprompt::experiments {

/// Which CLIP of the regime, and which seed.
using RunKey = std::pair<std::size_t, std::uint64_t>;

/// The scores of a row, by run. An untrained row has one for each CLIP, which stands for every seed.
struct RowScores {
  std::map<RunKey, double> scores;
  bool every_seed = false;
};

/// a - b for every run that both rows have, by CLIP and seed.
std::vector<double> paired_differences(const RowScores& a, const RowScores& b);

struct Interval {
  double low = 0, high = 0;
  bool holds_zero() const { return low <= 0 && high >= 0; }
};

/// Student's t interval of the mean difference, which takes the differences for independent and normal.
/// @param confidence between 0 and 1, such as 0.95
/// @return nullopt for fewer than two differences
std::optional<Interval> mean_interval(const std::vector<double>& differences, double confidence);

}  // namespace relprompt::experiments
