#include "image_groups.h"

#include <cstddef>
#include <utility>

namespace relprompt::cli {
namespace {

/// Enough windows to fill a GPU, and few enough images to hold two groups of photos in memory.
constexpr std::size_t kMostImages = 8;
constexpr std::size_t kMostBytes = std::size_t{256} << 20;

bool is_read(const ImageJob& job) {
  return job.outputs != nullptr && !job.failure;
}

}  // namespace

ImageGroups::ImageGroups(Start start, std::function<void(ImageJob&)> label,
                         std::function<void(ImageJob)> take)
    : start_(std::move(start)), label_(std::move(label)), take_(std::move(take)) {}

bool ImageGroups::belongs(const ImageJob& job) const {
  if (filling_.jobs.size() == kMostImages) return false;
  std::size_t bytes = job.image.rgb.size();
  for (const auto& other : filling_.jobs) {
    if (is_read(other) && is_read(job) && other.listed->own != job.listed->own) return false;
    bytes += other.image.rgb.size();
  }
  return filling_.jobs.empty() || bytes <= kMostBytes;
}

void ImageGroups::add(ImageJob job) {
  if (!belongs(job)) next();
  filling_.jobs.push_back(std::move(job));
}

void ImageGroups::finish() {
  next();
  next();
}

void ImageGroups::next() {
  begin(filling_);
  Group done = std::exchange(computing_, std::exchange(filling_, Group()));
  hand_on(done);
}

void ImageGroups::begin(Group& group) const {
  std::vector<const Image*> images;
  std::size_t own = 0;
  for (const auto& job : group.jobs) {
    if (!is_read(job)) continue;
    images.push_back(&job.image);
    own = job.listed->own;
  }
  if (images.empty()) return;
  try {
    group.pending = start_(images, own);
  } catch (const Error&) {
    group.failed = true;
  }
}

void ImageGroups::hand_on(Group& group) {
  std::vector<Segmentation> results;
  try {
    results = group.pending.finish();
  } catch (const Error&) {
    group.failed = true;
  }
  auto result = results.begin();
  for (auto& job : group.jobs) {
    if (is_read(job)) {
      if (group.failed) {
        label_(job);
      } else {
        job.result = std::move(*result++);
      }
    }
    take_(std::move(job));
  }
}

}  // namespace relprompt::cli
