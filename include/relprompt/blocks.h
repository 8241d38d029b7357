// Labels of an image that is too large for memory, one block of it after the other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "relprompt/export.h"
#include "relprompt/image.h"
#include "relprompt/segmenter.h"

namespace relprompt {

/// A rectangle of a large image, in its pixels.
struct Rectangle {
  std::int64_t y = 0;  ///< first row
  std::int64_t x = 0;  ///< first column
  int height = 0;      ///< rows, at least 1
  int width = 0;       ///< columns, at least 1
};

/// Pixels of a rectangle.
struct RectanglePixels {
  Image image;                      ///< of the rectangle's size
  std::vector<std::uint8_t> valid;  ///< [height, width], 0 where there is no data; empty: there is everywhere
};

/// Reads a rectangle that lies inside the image; called on the thread that labels.
using RectangleReader = std::function<RectanglePixels(const Rectangle&)>;

/// Sides of blocks are multiples of this, so that every pixel is computed by the same steps as in one piece.
constexpr int kBlockStep = 128;

/// Labels an image of any size from 1x1 block by block, equal in every pixel to Segmenter::segment of the
/// whole image without resizing: the windows lie where they would there, and each is computed once where
/// blocks are taken row by row. Only the patch scores of windows that later blocks touch are kept, so memory
/// grows with the width of the image, slowly, and not with its height. Windows without any data are not
/// computed. For one thread at a time.
class RELPROMPT_API BlockSegmenter {
 public:
  /// `options` as of Segmenter::segment; short_side and max_pixels have no meaning. block: side of the
  /// blocks, a multiple of kBlockStep. keep_bytes: most memory for scores that are kept; windows whose scores
  /// were dropped are computed again. Throws Error(kBadArgument) for blocks of another size and options
  /// that need the whole image at once: kWholeImage, scales, flip, refinement, min_area.
  BlockSegmenter(const Model& model, const ClassSet& classes, std::int64_t height, std::int64_t width,
                 const SegmentOptions& options = {}, int block = 2048,
                 std::size_t keep_bytes = std::size_t{512} << 20);
  ~BlockSegmenter();
  BlockSegmenter(BlockSegmenter&&) noexcept;             ///< the other one may only be destroyed
  BlockSegmenter& operator=(BlockSegmenter&&) noexcept;  ///< as the constructor

  /// How many blocks there are; they are numbered row by row.
  std::int64_t block_count() const;
  /// Where a block lies; those at the right and lower end may be smaller. index: below block_count().
  Rectangle block(std::int64_t index) const;
  /// The options with the model's defaults filled in.
  const SegmentOptions& options() const;

  /// Labels of a block. Where there is no data, labels and scores mean nothing. Throws Error as
  /// Segmenter::segment does, and what the reader throws.
  Segmentation label(std::int64_t index, const RectangleReader& reader, const ScoreSink& scores = {},
                     const WindowProgress& progress = {});
  /// Windows that were computed until now, also those that were computed again.
  std::int64_t computed_windows() const;
  /// Windows of the whole image.
  std::int64_t window_count() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace relprompt
