// relprompt::BlockSegmenter.
#include "relprompt/blocks.h"

#include <algorithm>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "api/errors.h"
#include "api/model_impl.h"
#include "kernels/threads.h"
#include "segmenter/block_scores.h"
#include "segmenter/extended_block.h"

namespace relprompt {
namespace {

void require(bool holds, const std::string& message, const std::string& hint = "") {
  if (!holds) throw Error(ErrorCode::kBadArgument, message, hint);
}

/// Options that work on parts of an image.
void check_options(const SegmentOptions& options) {
  require(options.window != kWholeImage,
          "the whole image as one window cannot be labelled block by block; expected a side in pixels");
  const bool one_view =
      !options.flip && (options.scales.empty() || (options.scales.size() == 1 && options.scales[0] == 1));
  require(one_view, "scales and mirrored images cannot be labelled block by block; expected one view");
  require(options.refine != Refinement::kPamr,
          "scores that are refined cannot be made block by block; expected no refinement");
  require(options.min_area.value_or(0) == 0,
          "a least area of classes is known at the end only, so it does not go with blocks; expected 0");
}

void check_sizes(std::int64_t height, std::int64_t width, int block) {
  constexpr std::int64_t kMostSide = 0x7FFFFFFF, kMostBlocks = 100'000'000;
  require(block >= kBlockStep && block <= 16384 && block % kBlockStep == 0,
          fmt::format("blocks of {} pixels: expected a multiple of {} up to 16384", block, kBlockStep));
  require(height >= 1 && width >= 1 && height <= kMostSide && width <= kMostSide,
          fmt::format("an image of {}x{}: expected sides from 1 to {} pixels", width, height, kMostSide));
  const segmenter::BlockGrid grid{height, width, block};
  require(grid.count() <= kMostBlocks,
          fmt::format("an image of {}x{} has {} blocks of {} pixels; expected at most {}", width, height,
                      grid.count(), block, kMostBlocks));
}

/// What the model would do with a whole image and cannot with blocks is off unless it is asked for.
SegmentOptions for_blocks(const Model& model, const ClassSet& classes, SegmentOptions options) {
  if (options.refine == Refinement::kByModel) options.refine = Refinement::kNone;
  if (!options.min_area) options.min_area = 0.0f;
  options.short_side = 0;
  options = model.resolve(options, classes.size());
  check_options(options);
  return options;
}

/// A block's windows are all in memory at once: refuses strides and windows that no machine has room for.
void check_memory(const SegmentOptions& options, const segmenter::BlockGrid& grid, std::int64_t patch,
                  std::int64_t names) {
  constexpr std::int64_t kMostWindow = 4096, kMostBytes = std::int64_t{4} << 30;
  require(options.window <= kMostWindow,
          fmt::format("windows of {} pixels: expected at most {}", options.window, kMostWindow));
  const auto across = [&](std::int64_t length) {
    const segmenter::WindowAxis axis(length, options.window, options.stride);
    const auto part = axis.touching(0, std::min<std::int64_t>(grid.side, length) - 1);
    // One in the middle of the image has windows on both sides.
    return std::min(axis.count(), part.end - part.begin + options.window / options.stride + 1);
  };
  const std::int64_t patches = (options.window / patch) * (options.window / patch);
  const double bytes = static_cast<double>(across(grid.height)) * static_cast<double>(across(grid.width)) *
                       static_cast<double>(patches * names * 4);
  require(bytes <= static_cast<double>(kMostBytes),
          fmt::format(
              "a block of {} pixels with windows every {} pixels has {:.1f} GB of scores; expected at most "
              "{:.1f}",
              grid.side, options.stride, bytes / 1e9, static_cast<double>(kMostBytes) / 1e9),
          "choose a larger stride, smaller blocks or fewer classes");
}

}  // namespace

struct RELPROMPT_HIDDEN BlockSegmenter::Impl {
  Impl(const Model& shared, const ClassSet& set, const segmenter::BlockGrid& grid,
       const SegmentOptions& resolved, std::size_t keep_bytes)
      : model(shared), classes(set), options(resolved), scores(grid, options, keep_bytes) {}

  Model model;
  ClassSet classes;
  SegmentOptions options;         ///< resolved
  segmenter::BlockScores scores;  ///< of the image, with sides of at least one patch
  std::int64_t height = 0, width = 0;
  std::unique_ptr<segmenter::PatchScorer> scorer;
};

BlockSegmenter::BlockSegmenter(const Model& model, const ClassSet& classes, std::int64_t height,
                               std::int64_t width, const SegmentOptions& options, int block,
                               std::size_t keep_bytes) {
  if (classes.impl_->model.lock() != model.impl_) {
    throw Error(ErrorCode::kBadArgument, "the class set was made for another model",
                "make a ClassSet of this model");
  }
  check_sizes(height, width, block);
  const std::int64_t patch = model.impl_->files.config.clip.vision.patch;
  check_options(options);
  auto resolved = for_blocks(model, classes, options);
  if (!resolved.background) resolved.background = classes.impl_->embeddings.background;
  api::guarded([&] {
    // A patch is smaller than a block, so that there are as many blocks.
    const segmenter::BlockGrid grid{std::max(height, patch), std::max(width, patch), block};
    check_memory(resolved, grid, patch, classes.impl_->embeddings.texts().count);
    impl_ = std::make_unique<Impl>(model, classes, grid, resolved, keep_bytes);
    impl_->height = height;
    impl_->width = width;
    impl_->scorer = model.impl_->make_scorer();
  });
}

BlockSegmenter::~BlockSegmenter() = default;
BlockSegmenter::BlockSegmenter(BlockSegmenter&&) noexcept = default;
BlockSegmenter& BlockSegmenter::operator=(BlockSegmenter&&) noexcept = default;

std::int64_t BlockSegmenter::block_count() const {
  return impl_->scores.blocks().count();
}

Rectangle BlockSegmenter::block(std::int64_t index) const {
  require(index >= 0 && index < block_count(),
          fmt::format("block {}: expected 0 to {}", index, block_count() - 1));
  const auto& extended = impl_->scores.blocks();
  return segmenter::BlockGrid{impl_->height, impl_->width, extended.side}.block(index);
}

const SegmentOptions& BlockSegmenter::options() const {
  return impl_->options;
}

Segmentation BlockSegmenter::label(std::int64_t index, const RectangleReader& reader, const ScoreSink& scores,
                                   const WindowProgress& progress) {
  const Rectangle where = block(index);
  return api::guarded([&] {
    auto& own = *impl_;
    const auto& model = *own.model.impl_;
    const kernels::ThreadScope scope(model.threads);
    const segmenter::WindowScoring scoring{*own.scorer, model.files.config, own.classes.impl_->embeddings,
                                           own.options};
    const auto& grid = own.scores.blocks();
    if (grid.height == own.height && grid.width == own.width) {
      return segmenter::label_image(own.scores.score(index, scoring, reader, progress), own.options, scores);
    }
    const auto extending = segmenter::extending_reader(reader, own.height, own.width);
    auto result =
        segmenter::label_image(own.scores.score(index, scoring, extending, progress), own.options,
                               segmenter::cutting_sink(scores, grid.block(index), where.height, where.width));
    segmenter::cut_result(result, where.height, where.width);
    return result;
  });
}

std::int64_t BlockSegmenter::computed_windows() const {
  return impl_->scores.computed();
}

std::int64_t BlockSegmenter::window_count() const {
  return impl_->scores.windows().count();
}

}  // namespace relprompt
