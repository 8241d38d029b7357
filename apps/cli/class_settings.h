// The class lists of a run: mostly one; a manifest may give images lists of their own.
#pragma once

#include <cstddef>
#include <vector>

#include "relprompt/segmenter.h"

#include "image_report.h"
#include "segment_settings.h"
#include "shard_images.h"

namespace relprompt::cli {

/// Everything about an image's labels that its class list decides.
struct ClassSetting {
  ClassList classes;
  ClassSet set;
  SegmentOptions protocol;  ///< resolved
  RunFacts facts;
};

class ClassSettings {
 public:
  /// Embeds all lists. `settings` holds the completed list of the run. Throws Error as ClassSet and
  /// Segmenter::resolve do, naming the manifest's line; kBadArgument for lists of single images together with
  /// files about all images, which have one list, or with thresholds of single classes.
  ClassSettings(const SegmentSettings& settings, Segmenter& segmenter, const std::vector<OwnClasses>& own);

  /// That of the run, for 0, or ListedImage::own.
  const ClassSetting& at(std::size_t own) const { return all_[own]; }
  /// The segmenter labels by these from now on.
  const ClassSetting& use(std::size_t own);

 private:
  Segmenter& segmenter_;
  std::vector<ClassSetting> all_;
  std::size_t used_ = 0;
};

}  // namespace relprompt::cli
