#include "photo_results.h"

#include <new>

#include <fmt/format.h>

#include "base/json_read.h"
#include "output_folder.h"
#include "terminal.h"

namespace relprompt::cli {
namespace {

// Writing a photo takes a fraction of computing one, so more of them would only hold memory.
constexpr std::size_t kUnwritten = 1;

}  // namespace

PhotoResults::PhotoResults(const SegmentSettings& settings, const RunFacts& facts, std::size_t photos,
                           std::vector<Failure> failures)
    : settings_(settings),
      facts_(facts),
      report_(facts, std::move(failures)),
      progress_(photos, settings.quiet ? Progress::Style::kNone : Progress::style_for_stderr()),
      queue_(kUnwritten, [this](PhotoJob& job) { settle(job); }) {}

bool PhotoResults::concerns_one_photo(ErrorCode code) {
  const bool output = code == ErrorCode::kNotWritable || code == ErrorCode::kDiskFull;
  return (exit_status(code) == 3 && !output) || code == ErrorCode::kOutOfMemory;
}

Error PhotoResults::out_of_memory(const Photo& photo) {
  return Error(ErrorCode::kOutOfMemory, fmt::format("not enough memory for {}", photo.path.string()),
               "a smaller photo, --batch 1 or fewer classes take less");
}

void PhotoResults::begin(const Photo& photo) {
  const std::lock_guard<std::mutex> lock(screen_);
  progress_.begin(photo.path.filename().string());
}

void PhotoResults::take(PhotoJob job) {
  const bool failed = job.failure.has_value();
  queue_.push(std::move(job));
  // A failure tidies folders away in which the scores of the next photo may be about to appear.
  if (failed) queue_.finish();
}

void PhotoResults::finish() {
  queue_.finish();
}

void PhotoResults::clear() {
  const std::lock_guard<std::mutex> lock(screen_);
  progress_.clear();
}

void PhotoResults::settle(PhotoJob& job) {
  if (job.failure) {
    fail(*job.photo, *job.failure);
  } else if (!job.outputs) {
    report_.skip(*job.photo);
    const std::lock_guard<std::mutex> lock(screen_);
    progress_.skip();
    return;
  } else {
    try {
      write(job);
    } catch (const std::bad_alloc&) {
      fail(*job.photo, out_of_memory(*job.photo));
    } catch (const Error& error) {
      if (!concerns_one_photo(error.code())) throw;
      fail(*job.photo, error);
    }
  }
  const std::lock_guard<std::mutex> lock(screen_);
  progress_.end();
}

void PhotoResults::write(PhotoJob& job) {
  const Stopwatch writing;
  job.outputs->write_pictures(job.image, job.result.labels, settings_.classes);
  job.times.write = writing.seconds();
  const std::string report =
      report_of(job.photo->path, job.input, job.image, job.result, *job.outputs, facts_, job.times);
  job.outputs->write_report(report);
  job.outputs->complete();
  report_.add(*job.photo, *job.outputs, reread_json(report));
  if (!settings_.quiet && notes_.has_news(job.image.notes)) {
    const std::lock_guard<std::mutex> lock(screen_);
    progress_.clear();
    notes_.tell(job.photo->path, job.image.notes);
  }
  if (settings_.json || settings_.quiet) return;
  const std::lock_guard<std::mutex> lock(screen_);
  progress_.clear();
  print_result(printable(job.photo->path.string()) + ": " +
               printable(found_in(job.result, settings_.classes)) + "\n");
}

void PhotoResults::fail(const Photo& photo, const Error& error) {
  remove_empty_folders(photo.stem.parent_path(), settings_.output);
  report_.fail({photo.path.string(), error.code(), error.what()});
}

}  // namespace relprompt::cli
