#include "image_run.h"

#include <new>
#include <string>

#include <fmt/format.h>

#include "data/prefetch.h"
#include "image_groups.h"
#include "image_list.h"
#include "image_outputs.h"
#include "image_report.h"
#include "image_results.h"
#include "interrupt.h"
#include "shard_account.h"
#include "terminal.h"

namespace relprompt::cli {
namespace {

/// One thread has one image ahead: they can be large.
data::PrefetchOptions read_ahead(int threads) {
  return {threads, threads == 1 ? 1 : 2 * static_cast<std::size_t>(threads)};
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
                 images.list.skipped, shard, settings.io_threads),
        reader_(
            images_.size(), [this](std::uint64_t i) { return read(images_[i]); },
            read_ahead(settings.io_threads)) {
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
      if (in_groups()) {
        compute_groups();
      } else {
        compute_each();
      }
    } catch (...) {
      results_
          .finish();  // what is computed is written; a failure there came first and is the one that counts
      throw;
    }
    results_.finish();
  }

  /// A GPU is fastest with windows of several images; score planes are written while an image is labelled.
  bool in_groups() const { return settings_.model_options.device != "cpu" && !settings_.plan.has("scores"); }

  void compute_groups() {
    ImageGroups groups(
        [this](const std::vector<const Image*>& images, std::size_t own) {
          return segmenter_.start(images, classes_.use(own).protocol);
        },
        [this](ImageJob& job) { attempt(job, &SegmentRun::label); },
        [this](ImageJob job) { results_.take(std::move(job)); });
    for (const ListedImage& listed : images_) {
      if (interrupt_signal() != 0) break;
      ImageJob job = job_of(listed);
      attempt(job, &SegmentRun::prepare);
      groups.add(std::move(job));
    }
    groups.finish();
  }

  void compute_each() {
    for (const ListedImage& listed : images_) {
      if (interrupt_signal() != 0) break;
      ImageJob job = job_of(listed);
      attempt(job, &SegmentRun::prepare);
      if (job.outputs) attempt(job, &SegmentRun::label);
      results_.take(std::move(job));
    }
  }

  ImageJob job_of(const ListedImage& listed) const {
    ImageJob job;
    job.listed = &listed;
    job.classes = &classes_.at(listed.own);
    return job;
  }

  /// A step of an image's work; what fails in it and concerns this image alone is kept as its failure.
  void attempt(ImageJob& job, void (SegmentRun::*step)(ImageJob&)) {
    const ListedImage& listed = *job.listed;
    try {
      (this->*step)(job);
    } catch (const std::bad_alloc&) {
      job = job_of(listed);
      job.failure = ImageResults::out_of_memory(listed);
    } catch (const Error& error) {
      if (!ImageResults::concerns_one_image(error.code())) throw;
      job = job_of(listed);
      job.failure = error;
    }
  }

  /// Takes over the image that was read; without outputs it was skipped.
  void prepare(ImageJob& job) {
    ReadImage read = reader_.next();
    if (read.skipped) return;
    results_.begin(*job.listed);
    job.image = std::move(read.image);
    job.input = std::move(read.input);
    job.times.read = read.seconds;
    job.outputs = std::make_unique<ImageOutputs>(*job.listed, settings_.plan);
    job.outputs->check(job.classes->facts.settings(), job.input);
  }

  void label(ImageJob& job) {
    classes_.use(job.listed->own);
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

}  // namespace

int run_images(const SegmentSettings& settings, Segmenter& segmenter, ClassSettings& classes,
               ShardImages images, ShardAccount* shard) {
  return SegmentRun(settings, segmenter, classes, std::move(images), shard).run();
}

}  // namespace relprompt::cli
