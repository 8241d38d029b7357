// Scores of a network on a data set: image after image through the segmenter, counts in a confusion
// matrix.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "relprompt/segmenter.h"

#include "data/dataset.h"
#include "eval/progress_file.h"
#include "eval/protocol.h"
#include "model/model_config.h"
#include "processes/process_group.h"
#include "segmenter/patch_scorer.h"

namespace relprompt::evaluate {

struct EvaluationJob {
  const data::Dataset& dataset;
  std::vector<std::size_t> indices;              ///< images that are measured, in this order
  const segmenter::ClassEmbeddings& embeddings;  ///< of the data set's classes
  SegmentOptions options;                        ///< resolved
  eval::ProtocolStatement protocol;
  bool skip_bad = false;      ///< an image that cannot be read is left out and listed; false: it is an error
  bool image_scores = false;  ///< keep a score for every image
  int loader_threads = 1;
  std::filesystem::path progress{};  ///< file that an interrupted evaluation continues from; empty: none
  std::size_t save_every = 100;      ///< images
  std::function<void(std::size_t done, std::size_t all)> report{};  ///< of this worker's share; may be empty
  /// Given what decoding an image decided (Image::notes), if anything; may be empty.
  std::function<void(const std::string& name, const std::vector<std::string>& notes)> notes{};
  std::function<bool()> stop{};  ///< asked between images; may be empty
};

struct EvaluationResult {
  eval::Progress progress;  ///< of all workers on rank 0, of its own share elsewhere
  bool complete = true;     ///< false: stopped by request
};

/// Evaluates; every worker takes its share of the images and rank 0 gets the sum.
/// Throws Error: what reading an image throws, kNotWritable and kDiskFull for the progress file,
/// kLostWorker.
EvaluationResult evaluate_set(segmenter::PatchScorer& scorer, const model::ModelConfig& model,
                              const EvaluationJob& job, processes::ProcessGroup& group);

}  // namespace relprompt::evaluate
