// An image is checked as a whole before the first of its pixels is counted: a set that skips bad images
// must not be left with half of one.
#include "eval/confusion.h"

#include <algorithm>

#include <fmt/format.h>

#include "relprompt/classes.h"
#include "relprompt/error.h"

#include "base/checked.h"

namespace relprompt::eval {
namespace {

// The code that src/data gives label files with such faults.
constexpr ErrorCode kBadLabels = ErrorCode::kUnreadable;

constexpr std::size_t kTotalsColumns = 3;

std::size_t columns_of(std::size_t classes, Detail detail) {
  return detail == Detail::kPairs ? classes + 1 : kTotalsColumns;
}

void check_sizes(const std::string& image, const LabelMap& prediction, const LabelMap& truth) {
  if (prediction.height != truth.height || prediction.width != truth.width) {
    throw Error(kBadLabels,
                fmt::format("{}: the labels are {}x{} pixels, the prediction {}x{}", image, truth.width,
                            truth.height, prediction.width, prediction.height),
                "image and label file must be of one size; is one of them turned or a thumbnail?");
  }
  const auto pixels = checked_elements({truth.height, truth.width});
  if (truth.height <= 0 || truth.width <= 0 || prediction.labels.size() != pixels ||
      truth.labels.size() != pixels) {
    throw Error(kBadLabels,
                fmt::format("{}: {}x{} pixels with {} labels and {} predictions", image, truth.width,
                            truth.height, truth.labels.size(), prediction.labels.size()));
  }
}

// `other` is the one value beyond the classes that is allowed.
void check_labels(const std::string& image, const char* what, const LabelMap& map, std::size_t classes,
                  std::optional<std::uint16_t> other) {
  const auto bad = [&](std::uint16_t label) { return label >= classes && label != other; };
  const auto found = std::find_if(map.labels.begin(), map.labels.end(), bad);
  if (found == map.labels.end()) return;
  const auto place = found - map.labels.begin();
  throw Error(kBadLabels,
              fmt::format("{}: {} {} at row {}, column {}; there are {} classes (0 to {}){}", image, what,
                          *found, place / map.width, place % map.width, classes, classes - 1,
                          other ? fmt::format(", and {} is not counted", *other) : ""),
              "do the label files belong to this class list, and is the ignore value right?");
}

// Counted pixels, or nullopt if they do not fit 64 bits.
std::optional<std::uint64_t> sum_of_pairs(const std::vector<std::uint64_t>& cells) {
  std::optional<std::uint64_t> sum = 0;
  for (const std::uint64_t pixels : cells) {
    if (sum) sum = checked_add(*sum, pixels);
  }
  return sum;
}

// The same; also nullopt if a part is larger than its whole.
std::optional<std::uint64_t> sum_of_totals(const std::vector<std::uint64_t>& cells) {
  std::optional<std::uint64_t> labelled = 0, predicted = 0;
  for (std::size_t i = 0; i < cells.size() && labelled && predicted; i += kTotalsColumns) {
    const std::uint64_t intersection = cells[i], prediction = cells[i + 1], truth = cells[i + 2];
    if (intersection > std::min(prediction, truth)) return std::nullopt;
    predicted = checked_add(*predicted, prediction);
    labelled = checked_add(*labelled, truth);
  }
  // What was predicted for no class is unknown, so there may be less.
  if (!predicted || !labelled || *predicted > *labelled) return std::nullopt;
  for (std::size_t i = 0; i < cells.size(); i += kTotalsColumns) {
    const std::uint64_t falsely_claimed = cells[i + 1] - cells[i], other_truth = *labelled - cells[i + 2];
    if (falsely_claimed > other_truth) return std::nullopt;
  }
  return labelled;
}

}  // namespace

ConfusionMatrix::ConfusionMatrix(std::size_t classes, Detail detail)
    : classes_(classes), detail_(classes > kMaxPairClasses ? Detail::kTotals : detail) {
  if (classes == 0 || classes > kMaxClasses) {
    throw Error(
        ErrorCode::kBadArgument,
        fmt::format("cannot count the pixels of {} classes: 1 to {} are possible", classes, kMaxClasses));
  }
  cells_.resize(classes * columns_of(classes, detail_));
}

std::optional<ConfusionMatrix> ConfusionMatrix::from_cells(std::size_t classes, Detail detail,
                                                           std::vector<std::uint64_t> cells,
                                                           std::uint64_t images, std::uint64_t ignored) {
  ConfusionMatrix matrix(classes, detail);
  if (matrix.detail_ != detail || cells.size() != matrix.cells_.size()) return std::nullopt;
  const auto pixels = detail == Detail::kPairs ? sum_of_pairs(cells) : sum_of_totals(cells);
  const auto everything = pixels ? checked_add(*pixels, ignored) : std::nullopt;
  // Every image has a pixel.
  if (!everything || images > *everything || (images == 0 && *everything > 0)) return std::nullopt;
  matrix.cells_ = std::move(cells);
  matrix.images_ = images;
  matrix.pixels_ = *pixels;
  matrix.ignored_ = ignored;
  return matrix;
}

void ConfusionMatrix::add(const std::string& image, const LabelMap& prediction, const LabelMap& truth,
                          std::optional<std::uint16_t> ignore) {
  if (ignore && *ignore < classes_) {
    throw Error(ErrorCode::kBadArgument,
                fmt::format("the ignore value {} is a class: there are {} classes (0 to {})", *ignore,
                            classes_, classes_ - 1),
                "choose an ignore value beyond the classes, such as 65535");
  }
  check_sizes(image, prediction, truth);
  check_labels(image, "label", truth, classes_, ignore);
  check_labels(image, "predicted label", prediction, classes_, LabelMap::kUnknown);
  if (!checked_add(pixels_ + ignored_, truth.labels.size())) {
    throw Error(ErrorCode::kBadArgument, image + ": no 64-bit number can count this many pixels");
  }

  std::uint64_t ignored = 0;
  for (std::size_t i = 0; i < truth.labels.size(); ++i) {
    if (truth.labels[i] == ignore) {
      ++ignored;
    } else {
      count(truth.labels[i], prediction.labels[i]);
    }
  }
  ++images_;
  ignored_ += ignored;
  pixels_ += truth.labels.size() - ignored;
}

void ConfusionMatrix::count(std::size_t truth, std::size_t prediction) {
  if (detail_ == Detail::kPairs) {
    ++cells_[truth * (classes_ + 1) + std::min(prediction, classes_)];
    return;
  }
  ++cells_[truth * kTotalsColumns + 2];
  if (prediction < classes_) ++cells_[prediction * kTotalsColumns + 1];
  if (prediction == truth) ++cells_[truth * kTotalsColumns];
}

void ConfusionMatrix::merge(const ConfusionMatrix& other) {
  if (other.classes_ != classes_ || other.detail_ != detail_) {
    throw Error(ErrorCode::kBadArgument,
                fmt::format("cannot add the counts of {} classes to those of {}{}", other.classes_, classes_,
                            other.detail_ == detail_ ? "" : ": one has pairs, the other only totals"));
  }
  const auto images = checked_add(images_, other.images_);
  const auto pixels = checked_add(pixels_ + ignored_, other.pixels_ + other.ignored_);
  if (!images || !pixels) {
    throw Error(ErrorCode::kBadArgument, "the counts to be added do not fit 64 bits",
                "is one of the files damaged?");
  }
  for (std::size_t i = 0; i < cells_.size(); ++i) cells_[i] += other.cells_[i];
  images_ = *images;
  ignored_ += other.ignored_;
  pixels_ = *pixels - ignored_;
}

std::vector<ClassCounts> ConfusionMatrix::class_counts() const {
  std::vector<ClassCounts> counts(classes_);
  const std::size_t columns = columns_of(classes_, detail_);
  for (std::size_t truth = 0; truth < classes_; ++truth) {
    const std::uint64_t* row = cells_.data() + truth * columns;
    if (detail_ == Detail::kTotals) {
      counts[truth] = {row[0], row[1], row[2]};
      continue;
    }
    counts[truth].intersection = row[truth];
    counts[truth].truth += row[classes_];
    for (std::size_t predicted = 0; predicted < classes_; ++predicted) {
      counts[truth].truth += row[predicted];
      counts[predicted].prediction += row[predicted];
    }
  }
  return counts;
}

}  // namespace relprompt::eval
