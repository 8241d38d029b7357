// The segment job: opens the model once, then takes photo after photo through read, segment and write.
#include <chrono>
#include <new>

#include <fmt/format.h>

#include "interrupt.h"
#include "numbers.h"
#include "output_folder.h"
#include "photo_list.h"
#include "photo_outputs.h"
#include "photo_report.h"
#include "progress.h"
#include "run_report.h"
#include "segment_settings.h"
#include "terminal.h"

namespace relprompt::cli {
namespace {

namespace fs = std::filesystem;

class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point start_ = Clock::now();
};

/// A bad photo is no reason to stop; an output that cannot be written is.
bool concerns_one_photo(ErrorCode code) {
  const bool output = code == ErrorCode::kNotWritable || code == ErrorCode::kDiskFull;
  return (exit_status(code) == 3 && !output) || code == ErrorCode::kOutOfMemory;
}

class SegmentRun {
 public:
  SegmentRun(const SegmentSettings& settings, Segmenter& segmenter, const SegmentOptions& protocol,
             PhotoList list)
      : settings_(settings),
        segmenter_(segmenter),
        protocol_(protocol),
        photos_(std::move(list.photos)),
        facts_(facts_of(settings, segmenter, protocol)),
        report_(facts_, std::move(list.failures)),
        progress_(photos_.size(), settings.quiet ? Progress::Style::kNone : Progress::style_for_stderr()) {}

  int run() {
    try {
      for (const Photo& photo : photos_) {
        if (interrupt_signal() != 0) break;
        take(photo);
      }
    } catch (const Error& error) {
      progress_.clear();
      report_.stop(error);
      if (settings_.json) print_result(to_text(report_.document(watch_.seconds())));
      throw;
    }
    progress_.clear();
    return conclude();
  }

 private:
  void take(const Photo& photo) {
    if (settings_.resume && PhotoOutputs(photo.stem, settings_.plan).all_present(facts_.settings)) {
      report_.skip(photo);
      progress_.skip();
      return;
    }
    progress_.begin(photo.path.filename().string());
    try {
      work_on(photo);
    } catch (const std::bad_alloc&) {
      fail(photo, Error(ErrorCode::kOutOfMemory, fmt::format("not enough memory for {}", photo.path.string()),
                        "a smaller photo, --batch 1 or fewer classes take less"));
    } catch (const Error& error) {
      if (!concerns_one_photo(error.code())) throw;
      fail(photo, error);
    }
    progress_.end();
  }

  void work_on(const Photo& photo) {
    PhotoOutputs outputs(photo.stem, settings_.plan);
    const Stopwatch reading;
    const Image image = read_image(photo.path);
    PhotoTimes times;
    times.read = reading.seconds();
    outputs.check_old_report(facts_.settings);
    const auto result =
        segmenter_.segment(image, protocol_, outputs.score_sink(image, settings_.classes.size()));
    const Stopwatch writing;
    outputs.write_pictures(image, result.labels, settings_.classes);
    times.write = writing.seconds();
    const Json report = report_of(photo.path, image, result, settings_.classes, outputs, facts_, times);
    outputs.write_report(to_text(report));
    outputs.complete();
    report_.add(photo, outputs, report);
    if (settings_.json || settings_.quiet) return;
    progress_.clear();
    print_result(printable(photo.path.string()) + ": " + printable(found_in(result, settings_.classes)) +
                 "\n");
  }

  void fail(const Photo& photo, const Error& error) {
    remove_empty_folders(photo.stem.parent_path(), settings_.output);
    report_.fail({photo.path.string(), error.code(), error.what()});
  }

  int conclude() {
    const int signal = interrupt_signal();
    if (settings_.json) print_result(to_text(report_.document(watch_.seconds())));
    report_.print_failures();
    if (report_.finished() < photos_.size() && signal != 0) {
      print_note(
          fmt::format("interrupted: {} of {} photos are done\n  the same command with --resume goes on",
                      report_.done(), photos_.size()));
      return 128 + signal;
    }
    if (!settings_.quiet) print_note(report_.summary(watch_.seconds(), settings_.output));
    return report_.status();
  }

  const SegmentSettings& settings_;
  Segmenter& segmenter_;
  SegmentOptions protocol_;
  std::vector<Photo> photos_;
  RunFacts facts_;
  RunReport report_;
  Progress progress_;
  Stopwatch watch_;
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
  Segmenter segmenter(settings.model, settings.model_options);
  segmenter.set_classes(settings.classes, settings.text);
  const SegmentOptions protocol =
      segmenter.resolve(settings.protocol);  // after the classes: it checks `seen`
  catch_interrupts();
  return SegmentRun(settings, segmenter, protocol, std::move(list)).run();
}

}  // namespace relprompt::cli
