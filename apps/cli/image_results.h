// The last step of every image, on threads of its own: files are written, the account is kept and the result
// shown while the next image is computed.
//
// Several images may be written at once; whatever becomes of an image passes through here, in the order of
// the images, so that files, messages and report are those of a run that does one image after the other.
#pragma once

#include <chrono>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/background_queue.h"
#include "class_settings.h"
#include "image_input.h"
#include "image_list.h"
#include "image_notes.h"
#include "image_outputs.h"
#include "image_report.h"
#include "progress.h"
#include "run_outputs.h"
#include "run_report.h"
#include "segment_settings.h"
#include "shard_account.h"

namespace relprompt::cli {

/// Seconds since it was made.
class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point start_ = Clock::now();
};

/// What became of an image before its files are written.
struct ImageJob {
  const ListedImage* listed = nullptr;
  const ClassSetting* classes = nullptr;  ///< by which it was labelled
  std::optional<Error> failure;           ///< it could not be read or computed; nothing below is set
  std::unique_ptr<ImageOutputs> outputs;  ///< nullptr without a failure: skipped, its results are there
  ImageInput input;
  Image image;
  Segmentation result;
  ImageTimes times;
};

/// An image while its files are written.
struct WritingJob {
  ImageJob job;
  std::future<void> written;  ///< last: it uses the job
};

class ImageResults {
 public:
  /// @param images how many there are; failures, unreadable: as in RunReport; shard: nullptr for a run over
  /// a whole list. writers: how many images may be written at once, at least 1. Throws Error(kNotWritable)
  /// for a file of the run that relprompt did not write.
  ImageResults(const SegmentSettings& settings, const RunFacts& facts, std::size_t images,
               std::vector<Failure> failures, const std::vector<Failure>& unreadable, ShardAccount* shard,
               int writers);

  /// Work on this image begins.
  void begin(const ListedImage& listed);
  /// So many of its windows are done.
  void part(int done, int all);
  /// Takes over an image, waiting while as many as there are writers are being written. A failed one is
  /// settled when this returns. Throws what ended the writing: then nothing more is written.
  void take(ImageJob job);
  /// Waits until all images are settled. Throws as take does.
  void finish();

  /// All images are settled and none is left: writes the files about all of them, which `relprompt merge`
  /// does for shards. Throws as RunOutputs::finish.
  void finish_run();

  /// An image whose error of this kind leaves the others alone; anything else ends the run. A bad image is no
  /// reason to stop; an output that cannot be written is.
  static bool concerns_one_image(ErrorCode code);
  static Error out_of_memory(const ListedImage& listed);

  /// The account; no image may be under way.
  RunReport& report() { return report_; }
  /// Wipes the progress bar.
  void clear();

 private:
  std::future<void> start_writing(ImageJob& job);
  void settle(WritingJob& writing);
  /// The rest, after its images are written.
  void complete(ImageJob& job);
  /// alone: no other image is being written.
  void fail(const ListedImage& listed, const Error& error, bool alone);

  const SegmentSettings& settings_;
  ShardAccount* shard_;
  int writers_;
  RunReport report_;
  RunOutputs run_outputs_;
  std::mutex screen_;  ///< one thread at a time draws
  Progress progress_;
  ImageNotes notes_;
  BackgroundQueue<std::unique_ptr<WritingJob>> queue_;  ///< last: its thread uses everything above
};

}  // namespace relprompt::cli
