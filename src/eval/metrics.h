// From pixel counts to scores. All scores are fractions of 1, and absent where they would be 0/0: such a
// score is neither 0 nor a NaN that spreads into a mean.
//
// For class c with the counts I (intersection), P (prediction), T (truth):
//   IoU(c)      = I / (T + P - I)        absent if the class is neither labelled nor predicted anywhere
//   accuracy(c) = I / T                  absent if it is labelled nowhere
//   pAcc        = sum of I / sum of T    over all counted pixels; mmsegmentation calls it aAcc
//   mIoU, mAcc  = mean over names, see Average
//   hIoU        = 2 S U / (S + U)        S, U: mIoU over the seen and the unseen names
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "base/words.h"
#include "eval/confusion.h"

namespace relprompt::eval {

struct ClassScore {
  std::optional<double> iou, accuracy;
  ClassCounts pixels;
};

/// [class]
std::vector<ClassScore> class_scores(const ConfusionMatrix& matrix);

/// Which names a mean runs over. They agree if every name has a labelled pixel (VOC, COCO-Stuff, Context-59).
/// In Context-459, 114 names have none, and then a score says nothing unless it says which of these it is.
enum class Average {
  /// Names with a labelled pixel: what papers (and detectron2) count.
  kPresent,
  /// The nanmean of mmsegmentation's IoUMetric. IoU: names with a labelled or a predicted pixel, so that one
  /// wrong pixel of an absent name adds a zero. Accuracy: names with a labelled pixel.
  kMmsegmentation,
  /// All names; an absent score counts as 0.
  kAll,
};

/// In the order of tables.
inline constexpr Word<Average> kAverageWords[] = {
    {Average::kPresent, "present"}, {Average::kMmsegmentation, "mmsegmentation"}, {Average::kAll, "all"}};

/// What a mean with it says of itself: "mean over names present in ground truth" and so on.
const char* description_of(Average average) noexcept;

/// The scores of a set. Those of a part that has no name to average over are absent.
struct Scores {
  std::optional<double> miou, miou_seen, miou_unseen, hiou, macc, pacc;
  std::size_t names = 0, names_seen = 0, names_unseen = 0;  ///< over how many names the IoUs were averaged
};

/// `seen`: [class], or empty if there is no split. Throws Error(kBadArgument) for any other size.
Scores scores_of(const ConfusionMatrix& matrix, const std::vector<bool>& seen, Average average);

/// 2 a b / (a + b); 0 for two zeros, absent if one is absent.
std::optional<double> harmonic_mean(std::optional<double> a, std::optional<double> b);

/// The counts of a predictor that answers every pixel with the most frequent class of the truth (the first of
/// several): what a model must beat. kTotals; no images if `matrix` has none.
ConfusionMatrix most_frequent_class(const ConfusionMatrix& matrix);

}  // namespace relprompt::eval
