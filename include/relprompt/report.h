// STEM.json: what was found in an image, under which protocol, by which model (docs/reference/formats.md).
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "relprompt/classes.h"
#include "relprompt/export.h"
#include "relprompt/image.h"
#include "relprompt/options.h"
#include "relprompt/segmenter.h"

namespace relprompt {

/// What all reports of a run share: how the model was opened and used.
struct ReportSettings {
  std::filesystem::path model;  ///< as the user named it
  ModelOptions model_options;   ///< how it was opened
  ClassList classes;            ///< that were asked for
  TextOptions text;             ///< how their names were read
  DecodeOptions decode;         ///< how images were read
  SegmentOptions protocol;      ///< zeros mean the model's defaults, which the report states
  bool float32_scores = false;  ///< of score files beside the report
};

/// What a report says of an image that neither Image nor Segmentation know.
struct ReportedImage {
  std::filesystem::path path;                              ///< as the user named it
  std::string sha256;                                      ///< of the file
  std::vector<std::pair<std::string, std::string>> files;  ///< kind ("labels") and name of what was written
  double read_seconds = 0;                                 ///< until it was decoded
  double write_seconds = 0;                                ///< up to the report
};

/// Makes the reports of a run. Immutable; copies share their content, and any number of threads may use one.
class RELPROMPT_API Reporter {
 public:
  /// Reports of a segmenter that was opened and given its classes as the settings say. Throws
  /// Error(kBadArgument) if the numbers of classes differ, and for options that Segmenter::resolve refuses.
  Reporter(const Segmenter& segmenter, const ReportSettings& settings);

  /// SHA-256 over all that decides the labels, 64 hexadecimal digits: equal for results that may be compared.
  /// Device, threads and batch are not in it.
  const std::string& settings_sha256() const;
  /// JSON object with the keys program, model, protocol and unknown_words.
  const std::string& run() const;
  /// The text of STEM.json. Throws Error(kBadArgument) if result is of another number of classes.
  std::string report(const ReportedImage& about, const Image& image, const Segmentation& result) const;

 private:
  struct Impl;
  std::shared_ptr<const Impl> impl_;
};

}  // namespace relprompt
