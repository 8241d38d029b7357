// The segment job: opens the model once, then computes image after image, while the next one is read ahead
// and the one before is written behind.
#include <algorithm>
#include <new>
#include <string>
#include <thread>

#include <fmt/format.h>

#include "class_settings.h"
#include "data/prefetch.h"
#include "image_list.h"
#include "image_outputs.h"
#include "image_report.h"
#include "image_results.h"
#include "interrupt.h"
#include "model_notes.h"
#include "output_folder.h"
#include "run_outputs.h"
#include "segment_settings.h"
#include "shard_account.h"
#include "shard_images.h"
#include "tar_list.h"
#include "tar_run.h"
#include "terminal.h"
#include "unknown_words.h"

namespace relprompt::cli {
namespace {

/// On the CPU one reader with one image ahead: decoding takes a fraction of a window, and images can be
/// large. A GPU is done with an image before one reader has the next.
data::PrefetchOptions read_ahead(const std::string& device) {
  if (device == "cpu") return {1, 1};
  const int threads = std::clamp(static_cast<int>(std::thread::hardware_concurrency()) / 2, 1, 8);
  return {threads, 2 * static_cast<std::size_t>(threads)};
}

struct ReadImage {
  bool skipped = false;  ///< its results are there
  ImageInput input;
  Image image;
  double seconds = 0;
};

class SegmentRun {
 public:
  SegmentRun(const SegmentSettings& settings, Segmenter& segmenter, ClassSettings& classes,
             ShardImages images, ShardAccount* shard)
      : settings_(settings),
        segmenter_(segmenter),
        classes_(classes),
        images_(std::move(images.list.images)),
        results_(settings, classes.at(0).facts, images_.size(), std::move(images.list.failures),
                 images.list.skipped, shard),
        reader_(
            images_.size(), [this](std::uint64_t i) { return read(images_[i]); },
            read_ahead(settings.model_options.device)) {
    if (shard == nullptr) return;
    results_.report().set_shard(fmt::format("{}/{}", settings.shard->index, settings.shard->count));
    const RunFacts& facts = classes.at(0).facts;
    shard->begin(shared_facts(facts.settings(), images.whole, settings.plan, settings.classes), facts.run,
                 settings.resume);
  }

  int run() {
    try {
      compute_all();
      if (results_.report().finished() == images_.size()) results_.finish_run();
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
  ReadImage read(const ListedImage& listed) const {
    ReadImage result;
    if (settings_.resume &&
        ImageOutputs(listed, settings_.plan).done(classes_.at(listed.own).facts.settings())) {
      result.skipped = true;
      return result;
    }
    const Stopwatch reading;
    // Decoded from the very bytes that the record of the results will name.
    ImageFile file = read_image_file(listed.path);
    result.image = decode_image(file.bytes.octets(), file.bytes.size(), settings_.decode, listed.input);
    result.input = std::move(file.input);
    result.seconds = reading.seconds();
    return result;
  }

  void compute_all() {
    try {
      for (const ListedImage& listed : images_) {
        if (interrupt_signal() != 0) break;
        results_.take(job_of(listed));
      }
    } catch (...) {
      results_
          .finish();  // what is computed is written; a failure there came first and is the one that counts
      throw;
    }
    results_.finish();
  }

  ImageJob job_of(const ListedImage& listed) {
    ImageJob job;
    job.listed = &listed;
    job.classes = &classes_.at(listed.own);
    try {
      compute(job);
    } catch (const std::bad_alloc&) {
      job = {};
      job.failure = ImageResults::out_of_memory(listed);
    } catch (const Error& error) {
      if (!ImageResults::concerns_one_image(error.code())) throw;
      job = {};
      job.failure = error;
    }
    job.listed = &listed;
    return job;
  }

  void compute(ImageJob& job) {
    ReadImage read = reader_.next();
    if (read.skipped) return;
    results_.begin(*job.listed);
    job.image = std::move(read.image);
    job.input = std::move(read.input);
    job.times.read = read.seconds;
    job.outputs = std::make_unique<ImageOutputs>(*job.listed, settings_.plan);
    job.classes = &classes_.use(job.listed->own);
    job.outputs->check(job.classes->facts.settings(), job.input);
    try {
      job.result = segmenter_.segment(job.image, job.classes->protocol,
                                      job.outputs->score_sink(job.image, job.classes->classes.size()),
                                      [this](int done, int all) {
                                        results_.part(done, all);
                                        return true;
                                      });
    } catch (const Error& error) {
      // The model is at fault; the image with which it showed helps to find out why.
      if (exit_status(error.code()) != 4) throw;
      throw Error(error.code(), fmt::format("{}: {}", job.listed->input, error.what()));
    }
  }

  int conclude() {
    const int signal = interrupt_signal();
    const RunReport& report = results_.report();
    if (settings_.json) print_result(to_text(report.document(watch_.seconds())));
    report.print_failures();
    if (report.finished() < images_.size() && signal != 0) {
      print_note(
          fmt::format("interrupted: {} of {} images are done\n  the same command with --resume goes on",
                      report.done(), images_.size()));
      return 128 + signal;
    }
    if (!settings_.quiet)
      print_note(report.summary(watch_.seconds(), settings_.output) + merge_advice(settings_.shard));
    return report.status();
  }

  const SegmentSettings& settings_;
  Segmenter& segmenter_;
  ClassSettings& classes_;
  std::vector<ListedImage> images_;
  Stopwatch watch_;
  ImageResults results_;
  data::Prefetch<ReadImage> reader_;  ///< last: its thread uses everything above
};

[[noreturn]] void nothing_to_do(const ImageList& list) {
  const Failure& first = list.failures.front();
  if (list.failures.size() == 1) throw Error(first.code, first.message);
  std::string message = "none of the inputs can be used";
  for (const Failure& failure : list.failures) message += "\n  " + failure.message;
  throw Error(first.code, message);
}

void note_contrast(const ClassList& classes) {
  print_note(
      fmt::format("one class alone would get every pixel: built-in words for stuff stand beside it, as "
                  "\"{}\" (--background sets others, --no-contrast leaves them out)",
                  classes.title(*classes.background)));
}

/// Names that cannot be written are refused before a model is loaded.
void check_names(const ImageList& list, const SegmentSettings& settings, bool tars) {
  if (tars) return check_tar_outputs(list, settings.plan);
  if (!settings.image_member.empty()) {
    throw Error(ErrorCode::kBadArgument,
                fmt::format("--image-member {}: expected tars, found other inputs", settings.image_member),
                "leave it out: it says which member of a sample in a tar is the image");
  }
  RunOutputs(settings.plan, settings.output).check_names(list.images);
  for (const ListedImage& listed : list.images) ImageOutputs(listed, settings.plan).check_names();
}

}  // namespace

int run_segment(const SegmentSettings& given) {
  const OutputFolder folder(given.output);
  std::optional<ShardAccount> shard;
  if (given.shard) shard.emplace(given.output, *given.shard);
  ShardImages images = list_images(given.list, given.inputs, given.shard, given.output);
  ImageList& list = images.list;
  if (list.images.empty() && !given.shard) nothing_to_do(list);  // a shard may have none
  if (!given.quiet) note_unreadable(list);
  SegmentSettings settings = given;
  const bool tars = lists_tars(list, images.first);
  check_names(list, settings, tars);
  settings.hub.fetch(settings.model.string(), settings.quiet);
  Segmenter segmenter(settings.model, settings.model_options);
  settings.classes = segmenter.model().complete(settings.classes, settings.background);
  ClassSettings classes(settings, segmenter, images.own);
  if (!settings.quiet) {
    print_model_notes(segmenter.model().notes());
    if (settings.classes.contrast) note_contrast(settings.classes);
  }
  warn_of_unknown_words(segmenter);
  stop_between_steps(
      {"stopping after this image",
       [] { return std::string("finished images are kept; the same command with --resume goes on"); }});
  ShardAccount* const account = shard ? &*shard : nullptr;
  if (tars) return run_tars(settings, segmenter, classes, std::move(images), account);
  return SegmentRun(settings, segmenter, classes, std::move(images), account).run();
}

}  // namespace relprompt::cli
