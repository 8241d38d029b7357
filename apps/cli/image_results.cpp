#include "image_results.h"

#include <new>
#include <system_error>

#include <fmt/format.h>

#include "base/json_read.h"
#include "output_folder.h"
#include "terminal.h"

namespace relprompt::cli {
ImageResults::ImageResults(const SegmentSettings& settings, const RunFacts& facts, std::size_t images,
                           std::vector<Failure> failures, const std::vector<Failure>& unreadable,
                           ShardAccount* shard, int writers)
    : settings_(settings),
      shard_(shard),
      writers_(writers),
      report_(facts, std::move(failures), unreadable, settings.json),
      run_outputs_(settings.plan, settings.output),
      progress_(images, settings.quiet ? Progress::Style::kNone : Progress::style_for_stderr()),
      queue_(static_cast<std::size_t>(writers), [this](auto& writing) { settle(*writing); }) {
  run_outputs_.check();
}

bool ImageResults::concerns_one_image(ErrorCode code) {
  const bool output = code == ErrorCode::kNotWritable || code == ErrorCode::kDiskFull;
  return (exit_status(code) == 3 && !output) || code == ErrorCode::kOutOfMemory;
}

Error ImageResults::out_of_memory(const ListedImage& listed) {
  return Error(ErrorCode::kOutOfMemory, fmt::format("not enough memory for {}", listed.input),
               "a smaller image, --batch 1 or fewer classes take less");
}

void ImageResults::begin(const ListedImage& listed) {
  const std::lock_guard<std::mutex> lock(screen_);
  progress_.begin(listed.short_name());
}

void ImageResults::part(int done, int all) {
  const std::lock_guard<std::mutex> lock(screen_);
  progress_.part(done, all);
}

void ImageResults::take(ImageJob job) {
  const bool failed = job.failure.has_value();
  auto writing = std::make_unique<WritingJob>();
  writing->job = std::move(job);
  if (writing->job.outputs && !failed) writing->written = start_writing(writing->job);
  queue_.push(std::move(writing));
  // A failure tidies folders away in which the scores of the next image may be about to appear.
  if (failed) queue_.finish();
}

void ImageResults::finish() {
  queue_.finish();
}

void ImageResults::finish_run() {
  if (shard_ != nullptr) return shard_->end();
  run_outputs_.finish(settings_.classes);
  report_.add_run_files(run_outputs_.written());
}

void ImageResults::clear() {
  const std::lock_guard<std::mutex> lock(screen_);
  progress_.clear();
}

/// With one writer the queue's thread writes, when it comes to this image.
std::future<void> ImageResults::start_writing(ImageJob& job) {
  run_outputs_.begin();
  const auto write = [&job] {
    const Stopwatch writing;
    job.outputs->write_images(job.image, job.result.labels, job.classes->classes);
    job.times.write = writing.seconds();
  };
  if (writers_ > 1) {
    try {
      return std::async(std::launch::async, write);
    } catch (const std::system_error&) {  // no more threads
    }
  }
  return std::async(std::launch::deferred, write);
}

void ImageResults::settle(WritingJob& writing) {
  ImageJob& job = writing.job;
  if (job.failure) {
    fail(*job.listed, *job.failure, true);
  } else if (!job.outputs) {
    report_.skip(*job.listed);
    if (shard_ != nullptr) shard_->kept(*job.listed);
    run_outputs_.add(*job.listed);
    const std::lock_guard<std::mutex> lock(screen_);
    progress_.skip();
    return;
  } else {
    try {
      writing.written.get();
      complete(job);
    } catch (const std::bad_alloc&) {
      fail(*job.listed, out_of_memory(*job.listed), writers_ == 1);
    } catch (const Error& error) {
      if (!concerns_one_image(error.code())) throw;
      fail(*job.listed, error, writers_ == 1);
    }
  }
  const std::lock_guard<std::mutex> lock(screen_);
  progress_.end();
}

void ImageResults::complete(ImageJob& job) {
  const std::string report = report_of(job.listed->input, job.input, job.image, job.result, *job.outputs,
                                       job.classes->facts, job.times);
  job.outputs->write_report(report);
  job.outputs->complete();
  run_outputs_.add(*job.listed);
  const Json entry = report_.add(*job.listed, *job.outputs, reread_json(report));
  if (shard_ != nullptr) shard_->done(*job.listed, job.input.sha256, entry);
  if (!settings_.quiet && notes_.has_news(job.image.notes)) {
    const std::lock_guard<std::mutex> lock(screen_);
    progress_.clear();
    notes_.tell(job.listed->input, job.image.notes);
  }
  if (settings_.json || settings_.quiet) return;
  const std::lock_guard<std::mutex> lock(screen_);
  progress_.clear();
  print_result(printable(job.listed->input) + ": " + printable(found_in(job.result, job.classes->classes)) +
               "\n");
}

void ImageResults::fail(const ListedImage& listed, const Error& error, bool alone) {
  // Not where other images or shards may be about to be written into those folders.
  if (shard_ == nullptr && alone) {
    remove_empty_folders(listed.stem.parent_path(), settings_.output);
    remove_empty_folders(listed.part.parent_path(), settings_.output);
  }
  const Failure failure{listed.input, error.code(), error.what()};
  report_.fail(failure);
  if (shard_ != nullptr) shard_->failed(listed, failure);
}

}  // namespace relprompt::cli
