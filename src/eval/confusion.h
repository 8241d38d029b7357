// How often which class was taken for which, over any number of images. Every score of a report is computed
// from these counts, so that images may arrive in any order, in shards and after an interruption.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "relprompt/image.h"

namespace relprompt::eval {

/// Pixels of one class. Their union is truth + prediction - intersection.
struct ClassCounts {
  std::uint64_t intersection = 0;  ///< labelled so, and predicted so
  std::uint64_t prediction = 0;    ///< predicted so, ignored pixels aside
  std::uint64_t truth = 0;         ///< labelled so

  /// In this order it cannot overflow: the three parts are disjoint sets of counted pixels.
  std::uint64_t area() const { return truth + (prediction - intersection); }
};

/// What a ConfusionMatrix keeps.
enum class Detail {
  kPairs,   ///< pixels of every (truth, prediction) pair: classes * (classes + 1) numbers
  kTotals,  ///< only the ClassCounts: enough for every score, but not for who was taken for whom
};

/// Largest number of classes for which pairs are kept (134 MB).
constexpr std::size_t kMaxPairClasses = 4096;

/// 64-bit counts. All of them together, ignored pixels included, always fit 64 bits, so no sum of some of
/// them can overflow.
class ConfusionMatrix {
 public:
  /// Beyond kMaxPairClasses classes `detail` is kTotals, whatever was asked for.
  /// Throws Error(kBadArgument) unless 1 <= classes <= kMaxClasses.
  explicit ConfusionMatrix(std::size_t classes, Detail detail = Detail::kPairs);

  /// Rebuilds a matrix from cells() and the two other numbers; nullopt if no images can have these counts.
  static std::optional<ConfusionMatrix> from_cells(std::size_t classes, Detail detail,
                                                   std::vector<std::uint64_t> cells, std::uint64_t images,
                                                   std::uint64_t ignored);

  /// Counts one image; on an error nothing of it is counted. Pixels whose truth is `ignore` count nowhere.
  /// A prediction of LabelMap::kUnknown is wrong: it counts for the truth and for no predicted class. Throws
  /// Error: kBadArgument if `ignore` is a class; kUnreadable, with the image and the place, for two
  /// maps of different size, or for a label that is neither a class nor `ignore` (truth) or unknown
  /// (prediction).
  void add(const std::string& image, const LabelMap& prediction, const LabelMap& truth,
           std::optional<std::uint16_t> ignore);

  /// Adds the counts of other images. Throws Error(kBadArgument), and changes nothing, if class count or
  /// detail differ or the sum does not fit 64 bits.
  void merge(const ConfusionMatrix& other);

  std::size_t classes() const noexcept { return classes_; }
  Detail detail() const noexcept { return detail_; }
  std::uint64_t images() const noexcept { return images_; }
  std::uint64_t pixels() const noexcept { return pixels_; }    ///< counted ones
  std::uint64_t ignored() const noexcept { return ignored_; }  ///< pixels not counted

  /// [class]
  std::vector<ClassCounts> class_counts() const;

  /// kPairs: [truth class, predicted class], with one more column for unknown predictions.
  /// kTotals: [class, 3], the members of ClassCounts.
  const std::vector<std::uint64_t>& cells() const noexcept { return cells_; }

 private:
  void count(std::size_t truth, std::size_t prediction);

  std::size_t classes_;
  Detail detail_;
  std::vector<std::uint64_t> cells_;
  std::uint64_t images_ = 0, pixels_ = 0, ignored_ = 0;
};

}  // namespace relprompt::eval
