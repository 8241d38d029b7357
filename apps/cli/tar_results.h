// The last step of every sample of a tar, on a thread of its own: results are encoded and written while the
// next sample is computed, in the order of the samples.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "base/background_queue.h"
#include "class_settings.h"
#include "segment_settings.h"
#include "shard_account.h"
#include "tar_progress.h"
#include "tar_reading.h"
#include "tar_report.h"

namespace relprompt::cli {

/// An event with what was computed.
struct TarJob {
  TarStep step;
  Segmentation result;                    ///< kSample without a failure
  const ClassSetting* classes = nullptr;  ///< by which it was labelled
};

class TarResults {
 public:
  /// `shard`: nullptr for a run over a whole list.
  TarResults(const SegmentSettings& settings, const RunFacts& facts, const std::vector<ListedImage>& tars,
             std::vector<Failure> failures, ShardAccount* shard);

  /// Takes over an event, waiting while earlier ones are being written. Throws what ended the writing.
  void take(TarJob job) { queue_.push(std::move(job)); }
  /// Waits for all of them. Throws as take does.
  void finish() { queue_.finish(); }
  /// The run ends in the middle of a tar: all its samples until now are kept for --resume. Throws Error:
  /// kNotWritable, kDiskFull.
  void keep();

  /// The account; no event may be under way.
  TarReport& report() { return report_; }
  void clear();

 private:
  void settle(TarJob& job);
  void sample(TarJob& job);
  void end(const TarStep& step);
  void skip(const TarStep& step);
  void fail(const TarStep& step);
  void tell(const std::string& text);

  const SegmentSettings& settings_;
  ShardAccount* shard_;
  TarReport report_;
  std::mutex screen_;  ///< one thread at a time draws
  TarProgress progress_;
  std::shared_ptr<tar::PartialTar> partial_;
  std::string made_by_;            ///< TarRecord::made_by of partial_
  BackgroundQueue<TarJob> queue_;  ///< last: its thread uses everything above
};

}  // namespace relprompt::cli
