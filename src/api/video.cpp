// relprompt::FrameSegmenter: a session over the frames of a video.
#include "relprompt/video.h"

#include <optional>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "api/errors.h"
#include "api/session.h"
#include "kernels/threads.h"
#include "segmenter/score_mean.h"
#include "segmenter/scored_image.h"
#include "segmenter/state_bytes.h"

namespace relprompt {
namespace {

constexpr std::uint32_t kStateVersion = 0x52505631;  // "RPV1"

void check(const FrameOptions& frames) {
  if (!(frames.smooth >= 0 && frames.smooth < 1)) {
    throw Error(ErrorCode::kBadArgument,
                fmt::format("smooth: expected 0 to below 1, found {}", frames.smooth));
  }
  if (frames.reuse_tolerance > 255) {
    throw Error(ErrorCode::kBadArgument,
                fmt::format("reuse tolerance: expected at most 255, found {}", frames.reuse_tolerance));
  }
}

}  // namespace

struct RELPROMPT_HIDDEN FrameSegmenter::Impl {
  Impl(Segmenter& used, const SegmentOptions& wanted, const FrameOptions& taken)
      : segmenter(&used), options(used.resolve(wanted)), frames(taken) {
    reuse.tolerance = frames.reuse_tolerance;
  }

  bool reuses() const { return frames.reuse_tolerance >= 0; }

  Segmenter* segmenter;
  SegmentOptions options;  ///< resolved
  FrameOptions frames;
  segmenter::WindowReuse reuse;
  segmenter::ScoreMean mean;
  int height = 0, width = 0;  ///< of the last frame
  int reused = 0;
};

FrameSegmenter::FrameSegmenter(Segmenter& segmenter, const SegmentOptions& options,
                               const FrameOptions& frames) {
  check(frames);
  impl_ = std::make_unique<Impl>(segmenter, options, frames);
}

FrameSegmenter::~FrameSegmenter() = default;
FrameSegmenter::FrameSegmenter(FrameSegmenter&&) noexcept = default;
FrameSegmenter& FrameSegmenter::operator=(FrameSegmenter&&) noexcept = default;

Segmentation FrameSegmenter::segment(const Image& frame, const Motion* motion, const ScoreSink& scores,
                                     const WindowProgress& progress) {
  return api::guarded([&] {
    if (frame.height != impl_->height || frame.width != impl_->width) restart();
    auto& session = session_of(*impl_->segmenter);
    const kernels::ThreadScope scope(session.threads());
    auto scored = segmenter::score_image(session.scorer(), session.config(), session.embeddings(), frame,
                                         impl_->options, progress, impl_->reuses() ? &impl_->reuse : nullptr);
    impl_->reused = 0;
    for (const auto& view : impl_->reuse.views) impl_->reused += view.reused();
    if (impl_->frames.smooth > 0) impl_->mean.apply(scored, impl_->frames.smooth, motion);
    impl_->height = frame.height;
    impl_->width = frame.width;
    return segmenter::label_image(scored, impl_->options, scores);
  });
}

int FrameSegmenter::reused_windows() const {
  return impl_->reused;
}

void FrameSegmenter::restart() {
  impl_->reuse.views.clear();
  impl_->mean.restart();
  impl_->height = impl_->width = 0;
}

std::string FrameSegmenter::state() const {
  std::string bytes;
  segmenter::put(bytes, kStateVersion);
  segmenter::put(bytes, impl_->height);
  segmenter::put(bytes, impl_->width);
  segmenter::put(bytes, static_cast<std::uint64_t>(impl_->reuse.views.size()));
  for (const auto& view : impl_->reuse.views) view.save(bytes);
  impl_->mean.save(bytes);
  return bytes;
}

void FrameSegmenter::restore(const std::string& state) {
  api::guarded([&] {
    segmenter::StateReader bytes(state);
    std::uint32_t version = 0;
    std::uint64_t views = 0;
    bytes.get(version);
    bytes.get(impl_->height);
    bytes.get(impl_->width);
    bytes.get(views);
    if (version != kStateVersion || views > 1000) segmenter::StateReader::fail();
    impl_->reuse.views.assign(static_cast<std::size_t>(views), {});
    for (auto& view : impl_->reuse.views) view.load(bytes);
    impl_->mean.load(bytes);
    if (!bytes.at_end()) segmenter::StateReader::fail();
  });
}

}  // namespace relprompt
