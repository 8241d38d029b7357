// Images that a GPU labels together, a group of them computed while the group before is handed on to be
// written.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "relprompt/segmenter.h"

#include "image_results.h"

namespace relprompt::cli {

class ImageGroups {
 public:
  /// Begins images that share the class list `own` (ListedImage::own).
  using Start = std::function<PendingSegmentations(const std::vector<const Image*>& images, std::size_t own)>;

  /// label: computes one image by itself, and keeps a failure that concerns it alone in the job. Images of a
  /// group that fails get there, so that the one at fault is named. take: gets every image, in the order of
  /// add. Both may throw, which ends the run.
  ImageGroups(Start start, std::function<void(ImageJob&)> label, std::function<void(ImageJob)> take);

  /// An image that was read; or one that failed or was skipped, which only keeps its place.
  void add(ImageJob job);
  /// Waits for all images. add may follow.
  void finish();

 private:
  struct Group {
    std::vector<ImageJob> jobs;
    PendingSegmentations pending;  ///< of those that are to be labelled
    bool failed = false;           ///< none is: each is labelled by itself
  };

  bool belongs(const ImageJob& job) const;
  void begin(Group& group) const;
  void hand_on(Group& group);
  /// The group that fills begins, and the one before it is handed on.
  void next();

  Start start_;
  std::function<void(ImageJob&)> label_;
  std::function<void(ImageJob)> take_;
  Group filling_, computing_;
};

}  // namespace relprompt::cli
