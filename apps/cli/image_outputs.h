// The files of one image, all or none: what was written is removed again unless the image is completed.
#pragma once

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "relprompt/output.h"
#include "relprompt/segmenter.h"

#include "image_input.h"
#include "image_list.h"
#include "options_output.h"

namespace relprompt::cli {

class ImageOutputs {
 public:
  ImageOutputs(const ListedImage& listed, const OutputPlan& plan);
  /// Removes what this object wrote unless complete() was called.
  ~ImageOutputs();
  ImageOutputs(const ImageOutputs&) = delete;
  ImageOutputs& operator=(const ImageOutputs&) = delete;

  /// True if all planned files are there and were made with these settings (RunFacts::settings()) from this
  /// image as it is now. Size and times say whether it is; where they differ, it is read and its content
  /// does.
  bool done(const std::string& settings) const;

  /// Refuses (kNotWritable) names that are taken by what relprompt never wrote, without reading a file: for
  /// the beginning of a run over many images.
  void check_names() const;
  /// Refuses (kNotWritable) to replace anything but results of relprompt that nobody changed. Call before any
  /// work on the image; says what the files will be made from.
  void check(const std::string& settings, const ImageInput& input);

  /// Receives the scores of an image and writes STEM.scores.npy on the way; empty if none are wanted.
  /// The sink must not outlive this object.
  ScoreSink score_sink(const Image& image, std::size_t classes);

  /// Finishes the scores, then writes what else is planned but the report, and the parts for files of the
  /// run.
  void write_images(const Image& image, const LabelMap& labels, const ClassList& classes);

  /// Writes STEM.json if it is planned. The last step: where it is, everything is.
  void write_report(const std::string& text);

  /// All files are there: nothing will be removed, and --resume will know. Throws Error: kNotWritable,
  /// kDiskFull.
  void complete();

  /// [format, path] of the planned files of this image.
  std::vector<std::pair<std::string, std::filesystem::path>> files() const;
  /// [format, path] of what files of the run need to know of this image.
  std::vector<std::pair<std::string, std::filesystem::path>> parts() const;

 private:
  std::filesystem::path path_of(const std::string& ending) const;
  template <class Write>
  void write(const std::filesystem::path& path, Write&& save);

  const ListedImage& listed_;
  const OutputPlan& plan_;
  std::optional<ScoreFile> scores_;
  std::vector<std::filesystem::path> written_;
  std::string settings_;
  ImageInput input_;
  std::set<std::string> kinds_;  ///< that are there, made from these settings and this input
  bool report_is_stale_ = false, begun_ = false;
};

}  // namespace relprompt::cli
