// The files of one photo, all or none: what was written is removed again unless the photo is completed.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "relprompt/segmenter.h"

#include "image/score_writer.h"
#include "options_output.h"

namespace relprompt::cli {

class PhotoOutputs {
 public:
  /// @param stem the output path without its ending, such as out/street
  PhotoOutputs(std::filesystem::path stem, const OutputPlan& plan);
  /// Removes what this object wrote unless complete() was called.
  ~PhotoOutputs();
  PhotoOutputs(const PhotoOutputs&) = delete;
  PhotoOutputs& operator=(const PhotoOutputs&) = delete;

  /// True if all planned files are there and, if a report is planned, it tells of the same settings.
  bool all_present(const std::string& settings) const;

  /// Refuses (kNotWritable) to replace a STEM.json that another program wrote. Call before any work.
  void check_old_report(const std::string& settings);

  /// Receives the scores of a photo and writes STEM.scores.npy on the way; empty if none are wanted.
  /// The sink must not outlive this object.
  ScoreSink score_sink(const Image& photo, std::size_t classes);

  /// Finishes the scores, then writes labels, palette and overlay as planned.
  void write_pictures(const Image& photo, const LabelMap& labels, const ClassList& classes);

  /// Writes STEM.json if it is planned. The last step: where it is, everything is.
  void write_report(const std::string& text);

  /// Nothing will be removed.
  void complete() { written_.clear(); }

  /// [kind, path] of the planned files in the order in which they are written.
  std::vector<std::pair<std::string, std::filesystem::path>> files() const;

 private:
  std::filesystem::path path_of(const char* ending) const;
  template <class Write>
  void write(const std::filesystem::path& path, Write&& save);

  std::filesystem::path stem_;
  OutputPlan plan_;
  std::unique_ptr<image::ScoreWriter> scores_;
  std::vector<std::filesystem::path> written_;
  bool old_report_is_stale_ = false;
};

}  // namespace relprompt::cli
