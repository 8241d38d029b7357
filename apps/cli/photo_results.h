// The last step of every photo, on a thread of its own: files are written, the account is kept and the result
// shown while the next photo is computed.
//
// Whatever becomes of a photo passes through here, in the order of the photos, so that files, messages and
// report are those of a run that does one photo after the other.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/background_queue.h"
#include "photo_input.h"
#include "photo_list.h"
#include "photo_notes.h"
#include "photo_outputs.h"
#include "photo_report.h"
#include "progress.h"
#include "run_report.h"
#include "segment_settings.h"

namespace relprompt::cli {

/// Seconds since it was made.
class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point start_ = Clock::now();
};

/// What became of a photo before its files are written.
struct PhotoJob {
  const Photo* photo = nullptr;
  std::optional<Error> failure;           ///< it could not be read or computed; nothing below is set
  std::unique_ptr<PhotoOutputs> outputs;  ///< nullptr without a failure: skipped, its results are there
  PhotoInput input;
  Image image;
  Segmentation result;
  PhotoTimes times;
};

class PhotoResults {
 public:
  /// @param photos how many there are; failures: inputs that were refused before the run
  PhotoResults(const SegmentSettings& settings, const RunFacts& facts, std::size_t photos,
               std::vector<Failure> failures);

  /// Work on this photo begins.
  void begin(const Photo& photo);
  /// Takes over a photo, waiting while an earlier one is being written. A failed one is settled when this
  /// returns. Throws what ended the writing: then nothing more is written.
  void take(PhotoJob job);
  /// Waits until all photos are settled. Throws as take does.
  void finish();

  /// A photo whose error of this kind leaves the others alone; anything else ends the run. A bad photo is no
  /// reason to stop; an output that cannot be written is.
  static bool concerns_one_photo(ErrorCode code);
  static Error out_of_memory(const Photo& photo);

  /// The account; no photo may be under way.
  RunReport& report() { return report_; }
  /// Wipes the progress bar.
  void clear();

 private:
  void settle(PhotoJob& job);
  void write(PhotoJob& job);
  void fail(const Photo& photo, const Error& error);

  const SegmentSettings& settings_;
  const RunFacts& facts_;
  RunReport report_;
  std::mutex screen_;  ///< one thread at a time draws
  Progress progress_;
  PhotoNotes notes_;
  BackgroundQueue<PhotoJob> queue_;  ///< last: its thread uses everything above
};

}  // namespace relprompt::cli
