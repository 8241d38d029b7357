// Computes sample after sample, while the next one is read ahead and the one before is written behind.
#include "tar_run.h"

#include <new>

#include <fmt/format.h>

#include "data/prefetch.h"
#include "image_notes.h"
#include "image_results.h"
#include "interrupt.h"
#include "tar_list.h"
#include "tar_reading.h"
#include "tar_results.h"
#include "terminal.h"

namespace relprompt::cli {
namespace {

// One reader, since a tar has one order. Small images can take as long to decode as to label.
constexpr data::PrefetchOptions kReadAhead = {1, 2};
constexpr std::uint64_t kNoEnd = UINT64_MAX;  // nobody knows how many samples there are

class TarRun {
 public:
  TarRun(const SegmentSettings& settings, Segmenter& segmenter, ClassSettings& classes, ShardImages images,
         ShardAccount* shard)
      : settings_(settings),
        segmenter_(segmenter),
        classes_(classes),
        shard_(shard),
        tars_(std::move(images.list.images)),
        results_(settings, classes.at(0).facts, tars_, std::move(images.list.failures), shard),
        reading_(settings, tars_, classes),
        ahead_(
            kNoEnd, [this](std::uint64_t) { return reading_.next(); }, kReadAhead) {
    if (shard == nullptr) return;
    results_.report().set_shard(fmt::format("{}/{}", settings.shard->index, settings.shard->count));
    const RunFacts& facts = classes.at(0).facts;
    Json shared = shared_facts(facts.settings(), images.whole, settings.plan, settings.classes);
    shared["tars"] = true;
    shard->begin(shared, facts.run, settings.resume);
  }

  int run() {
    try {
      compute_all();
      if (shard_ != nullptr && results_.report().finished() == tars_.size()) shard_->end();
    } catch (const Error& error) {
      results_.clear();
      results_.report().stop(error);
      if (settings_.json) print_result(to_text(results_.report().document(watch_.seconds())));
      throw;
    }
    results_.clear();
    return conclude();
  }

 private:
  void compute_all() {
    try {
      while (interrupt_signal() == 0) {
        TarJob job;
        job.step = ahead_.next();
        if (job.step.kind == TarStep::Kind::kAllDone) break;
        if (job.step.kind == TarStep::Kind::kBegin) current_ = &classes_.use(job.step.tar->own);
        if (job.step.kind == TarStep::Kind::kSample) compute(job);
        results_.take(std::move(job));
      }
    } catch (const std::bad_alloc&) {
      settle_all();
      throw Error(
          ErrorCode::kOutOfMemory, "not enough memory for a sample",
          "--resume goes on with it; --batch 1 or fewer classes take less, and --max-decoded-pixels leaves "
          "large images out");
    } catch (...) {
      settle_all();  // a failure there came first and is the one that counts
      throw;
    }
    settle_all();
  }

  /// What is computed is written and kept.
  void settle_all() {
    results_.finish();
    results_.keep();
  }

  void compute(TarJob& job) {
    job.classes = current_;
    if (job.step.failure) return;
    if (!settings_.quiet && notes_.has_news(job.step.image.notes)) {
      results_.clear();
      notes_.tell(job.step.tar->input + ", " + job.step.sample.image, job.step.image.notes);
    }
    try {
      job.result = segmenter_.segment(job.step.image, current_->protocol);
    } catch (const Error& error) {
      const std::string place = fmt::format("{}, sample {}", job.step.tar->input, job.step.sample.key);
      const bool skips =
          error.code() != ErrorCode::kOutOfMemory && ImageResults::concerns_one_image(error.code());
      // The model or the memory is at fault; the sample with which it showed helps to find out why.
      if (!skips) throw Error(error.code(), fmt::format("{}: {}", place, error.what()));
      job.step.failure = error;
    }
  }

  int conclude() {
    const int signal = interrupt_signal();
    const TarReport& report = results_.report();
    if (settings_.json) print_result(to_text(report.document(watch_.seconds())));
    report.print_failures();
    if (report.finished() < tars_.size() && signal != 0) {
      print_note(
          fmt::format("interrupted: {} of {} tars are done\n  the same command with --resume goes on with "
                      "the next sample",
                      report.done(), tars_.size()));
      return 128 + signal;
    }
    if (!settings_.quiet)
      print_note(report.summary(watch_.seconds(), settings_.output) + merge_advice(settings_.shard));
    return report.status();
  }

  const SegmentSettings& settings_;
  Segmenter& segmenter_;
  ClassSettings& classes_;
  ShardAccount* shard_;
  std::vector<ListedImage> tars_;
  Stopwatch watch_;
  ImageNotes notes_;
  const ClassSetting* current_ = nullptr;  ///< of the tar
  TarResults results_;
  TarReading reading_;
  data::Prefetch<TarStep> ahead_;  ///< last: its thread uses everything above
};

}  // namespace

int run_tars(const SegmentSettings& settings, Segmenter& segmenter, ClassSettings& classes, ShardImages tars,
             ShardAccount* shard) {
  return TarRun(settings, segmenter, classes, std::move(tars), shard).run();
}

}  // namespace relprompt::cli
