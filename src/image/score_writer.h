// STEM.scores.npy: the scores of all classes of an image, whose arg max is the label map beside it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "relprompt/image.h"

#include "image/npy_writer.h"
#include "image/rounded_scores.h"

namespace relprompt::image {

class ScoreWriter {
 public:
  /// Scores [classes, height, width], float16 with `half` or float32. Throws Error as NpyWriter does.
  ScoreWriter(const std::filesystem::path& path, std::size_t classes, int height, int width, bool half);

  /// The next `count` planes [count, height, width]. Throws Error: kNotWritable, kDiskFull, kInternal.
  void append(const float* planes, std::size_t count);

  /// Makes the file appear. The labels are the first classes of the largest scores, or LabelMap::kUnknown;
  /// in float16, scores are changed as rounded_scores.h says where rounding hides that. Throws Error as
  /// append does.
  void commit(const LabelMap& labels);

 private:
  std::size_t pixels_;
  NpyWriter file_;
  std::optional<RoundedScores> rounded_;  ///< float16 only
  std::vector<std::uint16_t> plane_;
};

}  // namespace relprompt::image
