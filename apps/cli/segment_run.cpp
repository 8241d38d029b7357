// The segment job: opens the model once, then computes photo after photo, while the next one is read ahead
// and the one before is written behind.
#include <new>

#include <fmt/format.h>

#include "data/prefetch.h"
#include "interrupt.h"
#include "model_notes.h"
#include "output_folder.h"
#include "photo_list.h"
#include "photo_outputs.h"
#include "photo_report.h"
#include "photo_results.h"
#include "segment_settings.h"
#include "terminal.h"
#include "unknown_words.h"

namespace relprompt::cli {
namespace {

// One reader with one photo ahead: decoding takes a fraction of a window, and photos can be large.
constexpr data::PrefetchOptions kReadAhead = {1, 1};

struct ReadPhoto {
  bool skipped = false;  ///< its results are there
  PhotoInput input;
  Image image;
  double seconds = 0;
};

class SegmentRun {
 public:
  SegmentRun(const SegmentSettings& settings, Segmenter& segmenter, const SegmentOptions& protocol,
             PhotoList list)
      : settings_(settings),
        segmenter_(segmenter),
        protocol_(protocol),
        photos_(std::move(list.photos)),
        facts_(facts_of(settings, segmenter, protocol)),
        results_(settings, facts_, photos_.size(), std::move(list.failures)),
        reader_(
            photos_.size(), [this](std::uint64_t i) { return read(photos_[i]); }, kReadAhead) {}

  int run() {
    try {
      compute_all();
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
  /// On the reader's thread.
  ReadPhoto read(const Photo& photo) const {
    ReadPhoto result;
    if (settings_.resume && PhotoOutputs(photo.stem, settings_.plan).done(facts_.settings(), photo.path)) {
      result.skipped = true;
      return result;
    }
    const Stopwatch reading;
    // Decoded from the very bytes that the record of the results will name.
    PhotoFile file = read_photo_file(photo.path);
    result.image =
        decode_image(file.bytes.octets(), file.bytes.size(), settings_.decode, photo.path.string());
    result.input = std::move(file.input);
    result.seconds = reading.seconds();
    return result;
  }

  void compute_all() {
    try {
      for (const Photo& photo : photos_) {
        if (interrupt_signal() != 0) break;
        results_.take(job_of(photo));
      }
    } catch (...) {
      results_
          .finish();  // what is computed is written; a failure there came first and is the one that counts
      throw;
    }
    results_.finish();
  }

  PhotoJob job_of(const Photo& photo) {
    PhotoJob job;
    job.photo = &photo;
    try {
      compute(job);
    } catch (const std::bad_alloc&) {
      job = {};
      job.failure = PhotoResults::out_of_memory(photo);
    } catch (const Error& error) {
      if (!PhotoResults::concerns_one_photo(error.code())) throw;
      job = {};
      job.failure = error;
    }
    job.photo = &photo;
    return job;
  }

  void compute(PhotoJob& job) {
    ReadPhoto read = reader_.next();
    if (read.skipped) return;
    results_.begin(*job.photo);
    job.image = std::move(read.image);
    job.input = std::move(read.input);
    job.times.read = read.seconds;
    job.outputs = std::make_unique<PhotoOutputs>(job.photo->stem, settings_.plan);
    job.outputs->check(facts_.settings(), job.input);
    try {
      job.result = segmenter_.segment(job.image, protocol_,
                                      job.outputs->score_sink(job.image, settings_.classes.size()));
    } catch (const Error& error) {
      // The model is at fault; the photo with which it showed helps to find out why.
      if (exit_status(error.code()) != 4) throw;
      throw Error(error.code(), fmt::format("{}: {}", job.photo->path.string(), error.what()));
    }
  }

  int conclude() {
    const int signal = interrupt_signal();
    const RunReport& report = results_.report();
    if (settings_.json) print_result(to_text(report.document(watch_.seconds())));
    report.print_failures();
    if (report.finished() < photos_.size() && signal != 0) {
      print_note(
          fmt::format("interrupted: {} of {} photos are done\n  the same command with --resume goes on",
                      report.done(), photos_.size()));
      return 128 + signal;
    }
    if (!settings_.quiet) print_note(report.summary(watch_.seconds(), settings_.output));
    return report.status();
  }

  const SegmentSettings& settings_;
  Segmenter& segmenter_;
  SegmentOptions protocol_;
  std::vector<Photo> photos_;
  RunFacts facts_;
  Stopwatch watch_;
  PhotoResults results_;
  data::Prefetch<ReadPhoto> reader_;  ///< last: its thread uses everything above
};

[[noreturn]] void nothing_to_do(const PhotoList& list) {
  const Failure& first = list.failures.front();
  if (list.failures.size() == 1) throw Error(first.code, first.message);
  std::string message = "none of the inputs can be used";
  for (const Failure& failure : list.failures) message += "\n  " + failure.message;
  throw Error(first.code, message);
}

}  // namespace

int run_segment(const SegmentSettings& settings) {
  const OutputFolder folder(settings.output);
  PhotoList list = list_photos(settings.inputs, settings.output);
  if (list.photos.empty()) nothing_to_do(list);
  for (const Photo& photo : list.photos) PhotoOutputs(photo.stem, settings.plan).check_names();
  Segmenter segmenter(settings.model, settings.model_options);
  segmenter.set_classes(settings.classes, settings.text);
  if (!settings.quiet) print_model_notes(segmenter.model().notes());
  warn_of_unknown_words(segmenter);
  const SegmentOptions protocol =
      segmenter.resolve(settings.protocol);  // after the classes: it checks `seen`
  stop_between_steps(
      {"stopping after this photo",
       [] { return std::string("finished photos are kept; the same command with --resume goes on"); }});
  return SegmentRun(settings, segmenter, protocol, std::move(list)).run();
}

}  // namespace relprompt::cli
