// The files about all images of a run, such as coco.json: put together at its end from what was kept of each
// image, also by earlier runs that were cut off (--resume).
//
// Such a file is the last thing that a run writes: where it is, it holds every image of the run.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "relprompt/classes.h"

#include "image_list.h"
#include "options_output.h"

namespace relprompt::cli {

class RunOutputs {
 public:
  RunOutputs(const OutputPlan& plan, std::filesystem::path folder);

  /// Refuses names that are taken by what relprompt never wrote (kNotWritable), and images that would be
  /// written to one file, or to a file of the run (kBadArgument). Reads no file.
  void check_names(const std::vector<ListedImage>& images) const;
  /// Refuses (kNotWritable) to replace anything but files of relprompt that nobody changed.
  void check() const;

  /// The results of an image are about to change: older files of a run are not true any more.
  void begin();
  /// The results of this image are there.
  void add(const ListedImage& listed) { add(listed.part); }
  /// The same for what a shard kept: `part` is ListedImage::part.
  void add(const std::filesystem::path& part) { parts_.push_back(part.string()); }
  /// Writes the files with all images that were added, unless there are none. Throws Error: kNotWritable,
  /// kDiskFull.
  void finish(const ClassList& classes);

  /// [format, path] of the files that finish() wrote.
  const std::vector<std::pair<std::string, std::filesystem::path>>& written() const { return written_; }

 private:
  std::vector<std::filesystem::path> paths() const;
  void write(const std::string& format, const ClassList& classes);

  const OutputPlan& plan_;
  std::filesystem::path folder_;
  std::vector<std::string> parts_;
  std::vector<std::pair<std::string, std::filesystem::path>> written_;
  bool begun_ = false;
};

}  // namespace relprompt::cli
