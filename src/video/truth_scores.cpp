#include "video/truth_scores.h"

#include <fmt/format.h>

#include "relprompt/error.h"

namespace relprompt::video {

TruthScores::TruthScores(std::size_t classes) : counts_(classes) {}

void TruthScores::add(const LabelMap& labels, const LabelMap& truth) {
  if (labels.height != truth.height || labels.width != truth.width) {
    throw Error(ErrorCode::kUnreadable, fmt::format("the truth has {}x{} pixels, the frame {}x{}",
                                                    truth.width, truth.height, labels.width, labels.height));
  }
  const bool follows = before_.labels.labels.size() == labels.labels.size();
  for (std::size_t i = 0; i < labels.labels.size(); ++i) {
    const std::uint16_t label = labels.labels[i], right = truth.labels[i];
    if (right >= counts_.size()) continue;
    ++counts_[right].truth;
    if (label < counts_.size()) ++counts_[label].labels;
    if (label == right) ++counts_[right].both;
    if (!follows || before_.truth.labels[i] != right) continue;
    ++steady_;
    changed_ += before_.labels.labels[i] != label;
  }
  before_ = {labels, truth};
  ++frames_;
}

std::optional<double> TruthScores::miou() const {
  double sum = 0;
  std::size_t classes = 0;
  for (const Counts& counts : counts_) {
    if (counts.truth == 0) continue;
    sum += static_cast<double>(counts.both) / static_cast<double>(counts.truth + counts.labels - counts.both);
    ++classes;
  }
  if (classes == 0) return std::nullopt;
  return sum / static_cast<double>(classes);
}

std::optional<double> TruthScores::accuracy() const {
  std::uint64_t right = 0, all = 0;
  for (const Counts& counts : counts_) {
    right += counts.both;
    all += counts.truth;
  }
  if (all == 0) return std::nullopt;
  return static_cast<double>(right) / static_cast<double>(all);
}

std::optional<double> TruthScores::flicker() const {
  if (steady_ == 0) return std::nullopt;
  return static_cast<double>(changed_) / static_cast<double>(steady_);
}

}  // namespace relprompt::video
