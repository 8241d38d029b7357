#include "eval/worst_pairs.h"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "relprompt/error.h"

namespace relprompt::eval {
namespace {

void require_pairs(const ConfusionMatrix& matrix) {
  if (matrix.detail() == Detail::kPairs) return;
  throw Error(ErrorCode::kBadArgument,
              fmt::format("these counts of {} classes have no pairs; they are kept for at most {} classes",
                          matrix.classes(), kMaxPairClasses));
}

bool worse(const ConfusedPair& a, const ConfusedPair& b) {
  return std::tie(b.pixels, a.truth, a.prediction) < std::tie(a.pixels, b.truth, b.prediction);
}

// Labels of the classes with the most wrong pixels, ascending.
std::vector<std::size_t> worst_labels(const std::vector<ClassCounts>& counts, std::size_t most) {
  std::vector<std::pair<std::uint64_t, std::size_t>> wrong;
  for (std::size_t label = 0; label < counts.size(); ++label) {
    const std::uint64_t pixels = counts[label].area() - counts[label].intersection;
    if (pixels > 0) wrong.emplace_back(pixels, label);
  }
  std::sort(wrong.begin(), wrong.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : a.second < b.second;
  });
  wrong.resize(std::min(wrong.size(), most));
  std::vector<std::size_t> labels;
  labels.reserve(wrong.size());
  for (const auto& entry : wrong) labels.push_back(entry.second);
  std::sort(labels.begin(), labels.end());
  return labels;
}

}  // namespace

std::vector<ConfusedPair> worst_pairs(const ConfusionMatrix& matrix, std::size_t most) {
  require_pairs(matrix);
  const std::size_t columns = matrix.classes() + 1;
  const auto counts = matrix.class_counts();
  // A heap of the worst so far, the least of them on top, so that memory follows `most` and not the pairs.
  std::vector<ConfusedPair> heap;
  for (std::size_t truth = 0; truth < matrix.classes() && most > 0; ++truth) {
    for (std::size_t prediction = 0; prediction < columns; ++prediction) {
      const std::uint64_t pixels = matrix.cells()[truth * columns + prediction];
      if (prediction == truth || pixels == 0) continue;
      const double share = static_cast<double>(pixels) / static_cast<double>(counts[truth].truth);
      heap.push_back({truth, prediction, pixels, share});
      std::push_heap(heap.begin(), heap.end(), worse);
      if (heap.size() <= most) continue;
      std::pop_heap(heap.begin(), heap.end(), worse);
      heap.pop_back();
    }
  }
  std::sort_heap(heap.begin(), heap.end(), worse);
  return heap;
}

ConfusionExcerpt worst_classes(const ConfusionMatrix& matrix, std::size_t most) {
  require_pairs(matrix);
  const std::size_t columns = matrix.classes() + 1;
  const auto counts = matrix.class_counts();
  ConfusionExcerpt excerpt;
  excerpt.labels = worst_labels(counts, most);
  for (const std::size_t truth : excerpt.labels) {
    const std::uint64_t* row = matrix.cells().data() + truth * columns;
    const std::uint64_t unknown = row[matrix.classes()];
    std::uint64_t others = counts[truth].truth - unknown;
    for (const std::size_t prediction : excerpt.labels) {
      excerpt.pixels.push_back(row[prediction]);
      others -= row[prediction];
    }
    excerpt.pixels.push_back(others);
    excerpt.pixels.push_back(unknown);
    excerpt.truth.push_back(counts[truth].truth);
  }
  return excerpt;
}

}  // namespace relprompt::eval
