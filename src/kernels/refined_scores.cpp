#include "kernels/refined_scores.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/label_simd.h"

namespace relprompt::kernels {
namespace {

/// The best class of each pixel among those with one penalty: an activation changes no order among these, so
/// that it is made once a pixel, when all scores are known.
struct BestOfPenalty {
  float penalty;
  std::vector<float> score;
  std::vector<std::int32_t> label;
};

std::vector<BestOfPenalty> groups_of(const std::vector<float>& penalties, std::size_t pixels) {
  std::vector<BestOfPenalty> groups;
  for (const float penalty : penalties) {
    const bool known = std::any_of(groups.begin(), groups.end(),
                                   [&](const BestOfPenalty& group) { return group.penalty == penalty; });
    if (known) continue;
    groups.push_back({penalty, std::vector<float>(pixels, -std::numeric_limits<float>::infinity()),
                      std::vector<std::int32_t>(pixels, 0)});
  }
  return groups;
}

/// log of a sum of e^score that grows row by row, at each pixel of a band.
class GrowingTotal {
 public:
  explicit GrowingTotal(std::size_t pixels)
      : most_(pixels, std::numeric_limits<float>::lowest()), sum_(pixels, 0.0f) {}

  /// Adds the scores of `count` planes at the pixels begin .. begin + length - 1. For several threads at
  /// once, each at pixels of its own.
  void add(const BandScores& scores, std::int64_t count, std::int64_t begin, std::int64_t length) {
    const auto view = [&](float* values) { return Rows{values, length, 1, length}; };
    const auto plane = [&](std::int64_t i) { return view(const_cast<float*>(scores.plane(i) + begin)); };
    std::vector<float> before(most_.begin() + begin, most_.begin() + begin + length), factor(before.size());
    const Rows most = view(most_.data() + begin), sum = view(sum_.data() + begin);
    for (std::int64_t i = 0; i < count; ++i) label_simd().keep_larger(plane(i), most);
    label_simd().add_exponentials(view(before.data()), most, view(factor.data()));
    label_simd().scale(view(factor.data()), sum);
    for (std::int64_t i = 0; i < count; ++i) label_simd().add_exponentials(plane(i), most, sum);
  }

  float log_total(std::size_t pixel) const { return most_[pixel] + std::log(sum_[pixel]); }

 private:
  std::vector<float> most_, sum_;
};

}  // namespace

RefinedScores::RefinedScores(const LabelTask& task, const float* pixels, std::int64_t most_kept,
                             std::int64_t most_pixels)
    : task_(task), rows_(task, pixels, most_pixels) {
  for (std::size_t c = 0; c + 1 < task_.first.size(); ++c) class_of_.resize(task_.first[c + 1], c);
  const auto rows = static_cast<std::int64_t>(class_of_.size()),
             plane = task_.image.height * task_.image.width;
  keeps_ = rows > 0 && plane <= most_kept / rows;
  if (!keeps_) return;
  kept_.reserve(rows * plane);
  computed_.assign(static_cast<std::size_t>(rows_.bands() * rows), false);
}

BandScores RefinedScores::scores(std::int64_t index, std::size_t row, std::int64_t count) {
  if (!keeps_) return rows_.compute(index, row, count);
  const auto band = rows_.band(index);
  const auto width = task_.image.width, plane = task_.image.height * width;
  float* first = kept_.reserve(0) + static_cast<std::int64_t>(row) * plane + band.begin * width;
  const auto done = computed_.begin() + index * static_cast<std::int64_t>(class_of_.size()) +
                    static_cast<std::int64_t>(row);
  if (std::find(done, done + count, false) != done + count) {
    const auto computed = rows_.compute(index, row, count);
    for (std::int64_t i = 0; i < count; ++i)
      std::copy_n(computed.plane(i), (band.end - band.begin) * width, first + i * plane);
    std::fill(done, done + count, true);
  }
  return {first, plane};
}

bool RefinedScores::softmax() const {
  return task_.score_activation != ScoreActivation::kNone &&
         task_.score_activation != ScoreActivation::kSigmoid;
}

/// pixel: of the image, for what softmax divides by.
float RefinedScores::activated(float score, std::size_t pixel) const {
  if (task_.score_activation == ScoreActivation::kNone) return score;
  return softmax() ? std::exp(score - totals_[pixel]) : 1.0f / (1.0f + std::exp(-score));
}

void RefinedScores::labels(std::int32_t* label, float* score) {
  if (softmax()) totals_.resize(static_cast<std::size_t>(task_.image.height * task_.image.width));
  for (std::int64_t i = 0; i < rows_.bands(); ++i) label_band(i, label, score);
}

void RefinedScores::label_band(std::int64_t index, std::int32_t* label, float* score) {
  const ImageBand band = rows_.band(index);
  const auto width = task_.image.width, height = band.end - band.begin;
  const auto pixels = static_cast<std::size_t>(height * width);
  auto groups = groups_of(task_.penalty, pixels);
  GrowingTotal total(softmax() ? pixels : 0);
  for (std::size_t row = 0; row < class_of_.size(); row += RefinedRows::kTogether) {
    const auto count =
        std::min<std::int64_t>(RefinedRows::kTogether, static_cast<std::int64_t>(class_of_.size() - row));
    const auto scores = this->scores(index, row, count);
#pragma omp parallel for
    for (std::int64_t y = 0; y < height; ++y) {
      for (std::int64_t i = 0; i < count; ++i) {
        const auto c = class_of_[row + static_cast<std::size_t>(i)];
        const auto group = std::find_if(groups.begin(), groups.end(), [&](const BestOfPenalty& g) {
          return g.penalty == task_.penalty[c];
        });
        const float* values = scores.plane(i) + y * width;
        label_simd().keep_best(values, values, 0.0f, 0.0f, static_cast<std::int32_t>(c), width,
                               group->score.data() + y * width, group->label.data() + y * width);
      }
      if (softmax()) total.add(scores, count, y * width, width);
    }
  }
  const auto offset = static_cast<std::size_t>(band.begin * width);
#pragma omp parallel for
  for (std::size_t i = 0; i < pixels; ++i) {
    if (softmax()) totals_[offset + i] = total.log_total(i);
    float best = -std::numeric_limits<float>::infinity();
    std::int32_t name = 0;
    for (const auto& group : groups) {
      const float value = activated(group.score[i], offset + i) - group.penalty;
      if (!(value > best || (value == best && group.label[i] < name))) continue;
      best = value;
      name = group.label[i];
    }
    label[offset + i] = name;
    score[offset + i] = best;
  }
}

/// A row's scores where the band lies in its class's plane, or the larger of both if a row was there before.
void RefinedScores::write_class(const BandScores& scores, std::int64_t index, std::size_t row,
                                const ImageBand& band, float* plane) const {
  const auto c = class_of_[row];
  const bool first = row == task_.first[c];
  const auto begin = band.begin * task_.image.width, end = band.end * task_.image.width;
#pragma omp parallel for
  for (std::int64_t i = begin; i < end; ++i) {
    const float value =
        activated(scores.plane(index)[i - begin], static_cast<std::size_t>(i)) - task_.penalty[c];
    plane[i] = first ? value : std::max(plane[i], value);
  }
}

void RefinedScores::planes(std::size_t first, std::size_t count, float* planes) {
  const auto plane = task_.image.height * task_.image.width;
  if (softmax() && totals_.empty()) {
    std::vector<std::int32_t> label(static_cast<std::size_t>(plane));
    std::vector<float> score(label.size());
    labels(label.data(), score.data());
  }
  const auto end = task_.first[first + count];
  for (std::int64_t b = 0; b < rows_.bands(); ++b) {
    for (auto row = task_.first[first]; row < end; row += RefinedRows::kTogether) {
      const auto together =
          std::min<std::int64_t>(RefinedRows::kTogether, static_cast<std::int64_t>(end - row));
      const auto scores = this->scores(b, row, together);
      for (std::int64_t i = 0; i < together; ++i) {
        const auto at = row + static_cast<std::size_t>(i);
        write_class(scores, i, at, rows_.band(b),
                    planes + static_cast<std::int64_t>(class_of_[at] - first) * plane);
      }
    }
  }
}

}  // namespace relprompt::kernels
