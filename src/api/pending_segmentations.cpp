#include "api/pending_segmentations.h"

#include <utility>

#include "api/errors.h"
#include "kernels/threads.h"

namespace relprompt {

PendingSegmentations::PendingSegmentations() = default;
PendingSegmentations::~PendingSegmentations() = default;
PendingSegmentations::PendingSegmentations(PendingSegmentations&&) noexcept = default;
PendingSegmentations& PendingSegmentations::operator=(PendingSegmentations&&) noexcept = default;

std::size_t PendingSegmentations::size() const {
  return impl_ ? impl_->images.size() : 0;
}

std::vector<Segmentation> PendingSegmentations::finish() {
  const auto own = std::move(impl_);
  std::vector<Segmentation> results;
  if (!own) return results;
  return api::guarded([&] {
    const kernels::ThreadScope scope(own->threads);
    for (const auto& image : own->images) results.push_back(segmenter::label_image(image, own->options, {}));
    return std::move(results);
  });
}

}  // namespace relprompt
