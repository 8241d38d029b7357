// Scores of an image in memory, in half precision: what ScoreFile (output.h) writes, for programs that want
// no file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "relprompt/export.h"
#include "relprompt/image.h"
#include "relprompt/segmenter.h"

namespace relprompt {

/// Collects the scores of all classes as float16:
///
///   HalfScores scores(classes.size(), image.height, image.width);
///   const auto result = segmenter.segment(image, {}, scores.sink());
///   const std::vector<std::uint16_t> halves = scores.finish(result.labels);
class RELPROMPT_API HalfScores {
 public:
  /// Throws Error: kBadArgument for no class or pixel, or more than kMaxClasses; kOutOfMemory (2 bytes a
  /// class and pixel are needed).
  HalfScores(std::size_t classes, int height, int width);
  ~HalfScores();
  HalfScores(HalfScores&&) noexcept;             ///< the other one may only be assigned to or destroyed
  HalfScores& operator=(HalfScores&&) noexcept;  ///< as the constructor

  /// The next `count` planes [count, height, width]. Throws Error(kBadArgument) beyond the last class.
  void append(const float* planes, std::size_t count);
  /// For Segmenter::segment; it must not outlive this object, nor this be moved.
  ScoreSink sink();
  /// IEEE half precision bits [classes, height, width], which leave this object. The first class of the
  /// largest score is the label also where rounding would hide it: there a score is lowered by one unit in
  /// its last place. Throws Error(kBadArgument) for a map of another size, without all planes, or a second
  /// time.
  std::vector<std::uint16_t> finish(const LabelMap& labels);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace relprompt
