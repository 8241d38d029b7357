// What an answer holds beside the description of the result: masks in the formats that were asked for.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "relprompt/classes.h"
#include "relprompt/output.h"
#include "relprompt/scores.h"
#include "relprompt/segmenter.h"

namespace relprompt::serve {

/// The output that no format of files is: the best score of each pixel.
inline constexpr const char* kConfidence = "confidence";

/// Throws HttpError(400), listing the names, for one that there is not or that is asked for twice.
void check_outputs(const std::vector<std::string>& names);

/// Everything that an output may be made of.
struct Labelled {
  const std::string& file_name;  ///< of the image, as the client calls it; empty: "image"
  const Image& image;
  const Segmentation& result;
  const ClassList& classes;
  const OutputOptions& options;
};

/// One output: files, of which those of the masks' formats are as in docs/reference/mask_formats.md.
struct Output {
  std::string name;  ///< key in JSON
  std::vector<OutputFile> files;
};

/// Gathers scores while they are computed, for those outputs that need them.
class ScoreGatherer {
 public:
  /// Throws HttpError(413) for scores that would take more than 512 MB.
  ScoreGatherer(const std::vector<std::string>& outputs, std::size_t classes, const Image& image);

  /// For Segmenter::segment and KeptScores::label; empty if no output needs scores.
  ScoreSink sink();
  /// 8-bit grey PNG of the best score at each pixel.
  std::string confidence_png() const;
  /// NumPy file of float16 [classes, height, width] whose arg max is the labels.
  std::string npy(const LabelMap& labels);

 private:
  void take(std::size_t count, const float* planes);

  bool wants_best_ = false;
  std::size_t classes_, pixels_;
  int height_, width_;
  std::vector<float> best_;
  std::optional<HalfScores> all_;
};

/// The outputs in the order of their names. Throws Error as encode_output.
std::vector<Output> make_outputs(const std::vector<std::string>& names, const Labelled& labelled,
                                 ScoreGatherer& scores);

/// The client's name of an image as the stem of files: without folders and ending, of letters that every
/// system takes; "image" if nothing is left.
std::string stem_of(const std::string& file_name);

/// 8-bit grey PNG of scores, 0 to 255 for 0 to 1.
std::string grey_png(const std::vector<float>& scores, int height, int width);

}  // namespace relprompt::serve
