// One shard of an evaluation, and the report of all of them together.
//
// A shard leaves its counts (eval/progress_file.h) and its journal (shards/journal.h). Counts are whole
// numbers, so their sum is that of one process to the last bit.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "relprompt/training.h"

#include "data/dataset.h"
#include "eval/progress_file.h"
#include "evaluate/evaluation.h"
#include "shards/journal_writer.h"
#include "shards/manifest.h"

namespace relprompt::evaluate {

/// The images of a set that are called so: by their name in the set, or by a path that ends with it, with or
/// without extension. Throws Error(kBadArgument) for a name that no image has.
std::vector<std::size_t> images_called(const std::vector<std::string>& names, const data::Dataset& dataset);

class EvalShard {
 public:
  /// Takes the shard's lock in the folder of the report. Throws as JournalWriter.
  EvalShard(const std::filesystem::path& folder, const shards::Shard& shard);

  /// Of the images that all shards measure, in their order, those of this one. Throws Error(kBadArgument)
  /// if a name is there twice or is no id.
  std::vector<std::size_t> own(const std::vector<std::size_t>& indices, const data::Dataset& dataset);
  /// Where the counts of this shard are kept.
  std::filesystem::path counts() const;

  /// Call when the protocol is known. `classes` are those of the report.
  void begin(const EvaluationJob& job, const ClassList& classes);
  /// All images of the shard are counted.
  RunOutcome finish(const eval::Progress& progress);

 private:
  std::filesystem::path folder_;
  shards::Shard shard_;
  shards::JournalWriter journal_;
  shards::ListSummary list_;
  std::vector<shards::JournalImage> images_;  ///< of this shard
};

/// Joins the shards of an evaluation and writes its report. Throws Error as shards::open_shards does;
/// kUnreadable for counts that are missing, damaged or of another evaluation.
RunOutcome merge_shards(const std::vector<std::filesystem::path>& folders,
                        const std::filesystem::path& output);

}  // namespace relprompt::evaluate
