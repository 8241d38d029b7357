// The patch scores of an image's windows where the image is labelled block by block: each window is computed
// when the first block needs it, and its scores stay until the last one has had them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

#include "relprompt/blocks.h"

#include "model/model_files.h"
#include "segmenter/patch_scorer.h"
#include "segmenter/scored_image.h"
#include "segmenter/window_grid.h"

namespace relprompt::segmenter {

/// Blocks of an image, numbered row by row.
struct BlockGrid {
  std::int64_t height, width;  ///< of the image
  int side;

  std::int64_t across() const { return (width + side - 1) / side; }
  std::int64_t count() const { return (height + side - 1) / side * across(); }
  Rectangle block(std::int64_t index) const;
  /// The last block that holds a pixel of the window.
  std::int64_t last_of(const Window& window) const;
};

/// Everything that computing a window takes.
struct WindowScoring {
  PatchScorer& scorer;
  const model::ModelConfig& config;
  const ClassEmbeddings& classes;
  const SegmentOptions& options;  ///< resolved
};

class BlockScores {
 public:
  BlockScores(const BlockGrid& blocks, const SegmentOptions& options, std::size_t keep_bytes);

  /// What label_image makes the labels of a block from; valid until the next call. Throws as score_image
  /// does.
  ScoredImage score(std::int64_t block, const WindowScoring& scoring, const RectangleReader& reader,
                    const WindowProgress& progress);

  const BlockGrid& blocks() const { return blocks_; }
  const WindowGrid& windows() const { return windows_; }
  std::int64_t computed() const { return computed_; }

 private:
  struct Kept {
    std::vector<float> scores;    ///< empty: a window without data
    std::int64_t used_last = -1;  ///< block
  };
  struct Part {
    WindowRange rows, columns;
  };
  Part part_of(const Rectangle& block) const;
  void compute_missing(const Part& part, const WindowScoring& scoring, const RectangleReader& reader,
                       const WindowProgress& progress);
  void compute_row(std::int64_t row, const std::vector<std::int64_t>& columns, const WindowScoring& scoring,
                   const RectangleReader& reader);
  kernels::LabelTask task_of(const Rectangle& block, const Part& part, const WindowScoring& scoring);
  void drop_unneeded(std::int64_t block);

  BlockGrid blocks_;
  WindowGrid windows_;
  std::size_t keep_bytes_;
  std::unordered_map<std::int64_t, Kept> kept_;  ///< by number of the window
  std::vector<float> nothing_;                   ///< scores of windows without data
  std::int64_t computed_ = 0;
};

}  // namespace relprompt::segmenter
