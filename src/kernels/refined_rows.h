// The scores of embeddings at the image's pixels, averaged over the windows and refined (kernels/pamr.h), by
// bands of the image's rows: what refinement needs beyond its borders is computed for each band anew, so that
// its memory, 64 bytes a pixel for the weights alone, does not grow with the image beyond a band.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "kernels/label_tiles.h"
#include "kernels/pamr.h"
#include "kernels/score_tile.h"

namespace relprompt::kernels {

/// Rows begin .. end - 1 of the image; those from top to bottom - 1 decide their numbers.
struct ImageBand {
  std::int64_t begin = 0, end = 0;
  std::int64_t top = 0, bottom = 0;
};

/// Score planes of some rows of the task in a band; pixels of a plane lie together.
struct BandScores {
  const float* data = nullptr;
  std::int64_t stride = 0;  ///< numbers from a plane to the next

  const float* plane(std::int64_t index) const { return data + index * stride; }
};

/// For one thread at a time; runs on the threads of OpenMP.
class RefinedRows {
 public:
  /// Rows that are refined together.
  static constexpr std::int64_t kTogether = 8;

  /// pixels [3, resized.height, resized.width] of the network's input, brought back to the image's size here;
  /// must outlive this, as must the windows' scores. most_pixels: of a band and what decides its numbers, as
  /// far as the image's width allows.
  RefinedRows(const LabelTask& task, const float* pixels, std::int64_t most_pixels);

  std::int64_t bands() const { return (task_.image.height + band_height_ - 1) / band_height_; }
  ImageBand band(std::int64_t index) const;

  /// Rows first .. first + count - 1 of the task's patch scores, count at most kTogether. Valid until the
  /// next call. A band's weights are kept until another band is asked for.
  BandScores compute(std::int64_t band, std::size_t first, std::int64_t count);

 private:
  Pamr weights_of(const ImageBand& band) const;
  void fill_scores(const ImageBand& band, std::size_t first, std::int64_t count, float* to) const;

  LabelTask task_;  ///< with a class for every row, without penalties, as scores
  TileAxes axes_;
  const float* pixels_;
  std::int64_t band_height_;
  std::int64_t weighted_ = -1;  ///< band of the weights
  std::unique_ptr<Pamr> weights_;
  Buffer<float> scores_;
};

}  // namespace relprompt::kernels
