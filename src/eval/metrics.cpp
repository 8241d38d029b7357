#include "eval/metrics.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "relprompt/error.h"

namespace relprompt::eval {
namespace {

std::optional<double> ratio(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return std::nullopt;
  return static_cast<double>(part) / static_cast<double>(whole);
}

class Mean {
 public:
  void add(double score) {
    sum_ += score;
    ++count_;
  }
  std::size_t count() const { return count_; }
  std::optional<double> value() const {
    if (count_ == 0) return std::nullopt;
    return sum_ / static_cast<double>(count_);
  }

 private:
  double sum_ = 0;
  std::size_t count_ = 0;
};

// What this class adds to a mean of the IoU; nothing if it does not take part.
std::optional<double> iou_for(const ClassScore& score, Average average) {
  if (average == Average::kAll) return score.iou.value_or(0.0);
  if (average == Average::kPresent && score.pixels.truth == 0) return std::nullopt;
  return score.iou;
}

std::optional<double> accuracy_for(const ClassScore& score, Average average) {
  return average == Average::kAll ? score.accuracy.value_or(0.0) : score.accuracy;
}

}  // namespace

std::vector<ClassScore> class_scores(const ConfusionMatrix& matrix) {
  std::vector<ClassScore> scores;
  scores.reserve(matrix.classes());
  for (const ClassCounts& pixels : matrix.class_counts()) {
    scores.push_back(
        {ratio(pixels.intersection, pixels.area()), ratio(pixels.intersection, pixels.truth), pixels});
  }
  return scores;
}

const char* description_of(Average average) noexcept {
  switch (average) {
    case Average::kPresent:
      return "mean over names present in ground truth";
    case Average::kMmsegmentation:
      return "mean over names present in ground truth or predictions";
    case Average::kAll:
      break;
  }
  return "mean over all names, absent ones as 0";
}

Scores scores_of(const ConfusionMatrix& matrix, const std::vector<bool>& seen, Average average) {
  if (!seen.empty() && seen.size() != matrix.classes()) {
    throw Error(ErrorCode::kBadArgument, fmt::format("a seen/unseen split of {} classes for counts of {}",
                                                     seen.size(), matrix.classes()));
  }
  const auto scores = class_scores(matrix);
  Mean iou, seen_iou, unseen_iou, accuracy;
  std::uint64_t right = 0;
  for (std::size_t label = 0; label < scores.size(); ++label) {
    right += scores[label].pixels.intersection;
    if (const auto value = accuracy_for(scores[label], average)) accuracy.add(*value);
    const auto value = iou_for(scores[label], average);
    if (!value) continue;
    iou.add(*value);
    if (!seen.empty()) (seen[label] ? seen_iou : unseen_iou).add(*value);
  }
  Scores result;
  result.miou = iou.value();
  result.miou_seen = seen_iou.value();
  result.miou_unseen = unseen_iou.value();
  result.hiou = harmonic_mean(result.miou_seen, result.miou_unseen);
  result.macc = accuracy.value();
  result.pacc = ratio(right, matrix.pixels());
  result.names = iou.count();
  result.names_seen = seen_iou.count();
  result.names_unseen = unseen_iou.count();
  return result;
}

std::optional<double> harmonic_mean(std::optional<double> a, std::optional<double> b) {
  if (!a || !b) return std::nullopt;
  return *a + *b > 0 ? 2 * *a * *b / (*a + *b) : 0.0;
}

ConfusionMatrix most_frequent_class(const ConfusionMatrix& matrix) {
  const auto counts = matrix.class_counts();
  const auto winner = std::max_element(counts.begin(), counts.end(),
                                       [](const auto& a, const auto& b) { return a.truth < b.truth; });
  std::vector<std::uint64_t> cells;
  cells.reserve(counts.size() * 3);
  for (auto row = counts.begin(); row != counts.end(); ++row) {
    const bool wins = row == winner;
    cells.insert(cells.end(), {wins ? row->truth : 0, wins ? matrix.pixels() : 0, row->truth});
  }
  // Made of the counts of images, so it is possible as they are.
  return *ConfusionMatrix::from_cells(counts.size(), Detail::kTotals, std::move(cells), matrix.images(),
                                      matrix.ignored());
}

}  // namespace relprompt::eval
