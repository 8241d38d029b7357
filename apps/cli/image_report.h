// STEM.json: what was found in an image, under which protocol, by which model (relprompt/report.h).
#pragma once

#include <filesystem>
#include <string>

#include "relprompt/report.h"

#include "image_input.h"
#include "image_outputs.h"
#include "json_report.h"
#include "segment_settings.h"

namespace relprompt::cli {

/// What all images of a run share.
struct RunFacts {
  Reporter reporter;
  Json run;  ///< program, model, protocol and unknown_words

  /// SHA-256 over all that decides the labels; equal for results that may be mixed.
  const std::string& settings() const { return reporter.settings_sha256(); }
};

/// Facts of an opened segmenter whose classes are set. `protocol` has been resolved by it.
RunFacts facts_of(const SegmentSettings& settings, const Segmenter& segmenter,
                  const SegmentOptions& protocol);

/// Seconds of the two steps that the library does not time itself.
struct ImageTimes {
  double read = 0;
  double write = 0;  ///< up to the report
};

/// The content of STEM.json.
std::string report_of(const std::filesystem::path& path, const ImageInput& input, const Image& image,
                      const Segmentation& result, const ImageOutputs& outputs, const RunFacts& facts,
                      const ImageTimes& times);

/// Of all pixels of an image, 0 to 1.
double share(std::uint64_t pixels, const LabelMap& labels);

/// "road 41.2 %, sky 20.1 %", names with commas in quotes: the most frequent classes, largest first.
std::string found_in(const Segmentation& result, const ClassList& classes);

}  // namespace relprompt::cli
