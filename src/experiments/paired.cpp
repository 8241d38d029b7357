#include "experiments/paired.h"

#include <boost/math/distributions/students_t.hpp>
#include <cmath>

namespace relprompt::experiments {
namespace {

/// The score of the run, or of the CLIP where that is all there is.
const double* score_of(const RowScores& row, const RunKey& key) {
  const auto found = row.scores.find(row.every_seed ? RunKey(key.first, 0) : key);
  return found == row.scores.end() ? nullptr : &found->second;
}

}  // namespace

std::vector<double> paired_differences(const RowScores& a, const RowScores& b) {
  std::vector<double> differences;
  const auto& leading = a.every_seed ? b : a;  // has a key for every pair
  for (const auto& entry : leading.scores) {
    const double *mine = score_of(a, entry.first), *other = score_of(b, entry.first);
    if (mine != nullptr && other != nullptr) differences.push_back(*mine - *other);
  }
  return differences;
}

std::optional<Interval> mean_interval(const std::vector<double>& differences, double confidence) {
  if (differences.size() < 2) return std::nullopt;
  const auto count = static_cast<double>(differences.size());
  double mean = 0, squares = 0;
  for (const double difference : differences) mean += difference / count;
  for (const double difference : differences) squares += (difference - mean) * (difference - mean);
  const double error = std::sqrt(squares / (count - 1) / count);
  const boost::math::students_t distribution(count - 1);
  const double reach = boost::math::quantile(distribution, 0.5 + confidence / 2) * error;
  return Interval{mean - reach, mean + reach};
}

}  // namespace relprompt::experiments
