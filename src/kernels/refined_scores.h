// Labels and score planes of refined scores: what label_tiles and ScoreMaps give, but a row's scores,
// averaged over the windows and brought to the image, are refined (kernels/pamr.h) before they become
// probabilities.
//
// Every row is computed at every pixel: a class that is nowhere near the best may come near it by its
// neighbours.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels/label_tiles.h"
#include "kernels/refined_rows.h"

namespace relprompt::kernels {

/// For one thread at a time; runs on the threads of OpenMP, with the same numbers for any number of them.
class RefinedScores {
 public:
  /// Numbers that are kept at most: 256 MiB.
  static constexpr std::int64_t kMostKept = std::int64_t{1} << 26;

  /// See RefinedRows. task must outlive this. most_kept: if the scores of all rows are so many numbers, they
  /// are refined once, and labels and planes that follow are made of what was kept; 0: nothing is.
  RefinedScores(const LabelTask& task, const float* pixels, std::int64_t most_kept = 0,
                std::int64_t most_pixels = std::int64_t{1} << 21);

  /// As label_tiles. Both softmax activations divide by the sum over all rows at the image's pixels.
  void labels(std::int32_t* label, float* score);

  /// planes [count, image.height, image.width] of the classes first .. first + count - 1: the scores that
  /// labels() compares. Cheaper after labels(), which finds on its way what softmax divides by.
  void planes(std::size_t first, std::size_t count, float* planes);

 private:
  bool softmax() const;
  float activated(float score, std::size_t pixel) const;
  /// Refined rows of the task in a band, at most RefinedRows::kTogether.
  BandScores scores(std::int64_t band, std::size_t row, std::int64_t count);
  void label_band(std::int64_t band, std::int32_t* label, float* score);
  void write_class(const BandScores& scores, std::int64_t index, std::size_t row, const ImageBand& band,
                   float* plane) const;

  const LabelTask& task_;
  RefinedRows rows_;
  std::vector<std::size_t> class_of_;  ///< [rows]
  bool keeps_;
  Buffer<float> kept_;          ///< [rows, image], if they are kept
  std::vector<bool> computed_;  ///< [bands, rows] of these
  std::vector<float> totals_;   ///< [image]: log of the sum over all rows of e^score, for softmax
};

}  // namespace relprompt::kernels
