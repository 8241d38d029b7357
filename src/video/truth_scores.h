// How good and how steady the labels of a video are, where the truth of its frames is known.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "relprompt/image.h"

namespace relprompt::video {

class TruthScores {
 public:
  explicit TruthScores(std::size_t classes);

  /// The next frame's labels and truth, of one size. Truth of `classes` or more counts nowhere. Throws
  /// Error(kUnreadable) for different sizes.
  void add(const LabelMap& labels, const LabelMap& truth);
  /// A frame without labels: the next one has no frame before it.
  void skip() { before_ = {}; }

  /// Mean over the classes that the truth shows of intersection / union over all frames; absent for none.
  std::optional<double> miou() const;
  /// Share of pixels right.
  std::optional<double> accuracy() const;
  /// Of the pixels of two frames in a row whose truth is the same in both, the share whose label is not.
  std::optional<double> flicker() const;
  std::uint64_t frames() const { return frames_; }

 private:
  struct Counts {
    std::uint64_t both = 0, labels = 0, truth = 0;
  };
  struct Before {
    LabelMap labels, truth;
  };

  std::vector<Counts> counts_;
  std::uint64_t frames_ = 0, steady_ = 0, changed_ = 0;
  Before before_;
};

}  // namespace relprompt::video
