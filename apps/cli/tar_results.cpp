#include "tar_results.h"

#include <fmt/format.h>

#include "image_results.h"
#include "numbers.h"
#include "tar_list.h"
#include "tar_members.h"
#include "terminal.h"

namespace relprompt::cli {
namespace {

// Small images take as long to encode as to label, so one more may wait than for folders.
constexpr std::size_t kUnwritten = 2;

std::uint64_t bytes_of(const std::vector<ListedImage>& tars) {
  std::uint64_t bytes = 0;
  for (const ListedImage& tar : tars) bytes += look_at(tar.path).value_or(ImageInput()).bytes;
  return bytes;
}

}  // namespace

TarResults::TarResults(const SegmentSettings& settings, const RunFacts& facts,
                       const std::vector<ListedImage>& tars, std::vector<Failure> failures,
                       ShardAccount* shard)
    : settings_(settings),
      shard_(shard),
      report_(facts, std::move(failures)),
      progress_(tars.size(), bytes_of(tars),
                settings.quiet ? Progress::Style::kNone : Progress::style_for_stderr()),
      queue_(kUnwritten, [this](TarJob& job) { settle(job); }) {}

void TarResults::keep() {
  if (partial_) partial_->keep();
}

void TarResults::clear() {
  const std::lock_guard<std::mutex> lock(screen_);
  progress_.clear();
}

void TarResults::settle(TarJob& job) {
  switch (job.step.kind) {
    case TarStep::Kind::kBegin:
      partial_ = job.step.partial;
      made_by_ = job.step.record.made_by;
      return;
    case TarStep::Kind::kSample:
      return sample(job);
    case TarStep::Kind::kEnd:
      return end(job.step);
    case TarStep::Kind::kSkipped:
      return skip(job.step);
    case TarStep::Kind::kFailed:
      return fail(job.step);
    case TarStep::Kind::kAllDone:
      return;
  }
}

void TarResults::sample(TarJob& job) {
  std::optional<Error> failure = job.step.failure;
  std::string members;
  if (!failure) {
    try {
      members = members_of(job.step, job.result, *job.classes, settings_.plan);
    } catch (const Error& error) {
      if (error.code() == ErrorCode::kOutOfMemory || !ImageResults::concerns_one_image(error.code())) throw;
      failure = error;
    }
  }
  if (failure) {
    members = members_of_failed(job.step, *failure, *job.classes, settings_.plan);
    const tar::FailedSample failed = {job.step.sample.key, name_of(failure->code()), failure->what()};
    partial_->add(members, &failed);
  } else {
    partial_->add(members, nullptr);
  }
  const std::lock_guard<std::mutex> lock(screen_);
  progress_.sample(job.step.tar->short_name(), job.step.taken);
}

void TarResults::end(const TarStep& step) {
  const auto output = tar_output(*step.tar);
  TarRecord record;
  record.made_by = made_by_;
  record.input = step.input;
  record.samples = partial_->samples();
  record.failed = partial_->failed();
  partial_->finish(output, tar_packing(*step.tar), [&](const std::string& sha256) {
    record.sha256 = sha256;
    write_tar_record(output, record);
  });
  const Json& entry = report_.add(*step.tar, record, partial_->failures());
  partial_.reset();
  if (shard_ != nullptr) shard_->done(*step.tar, record.input.sha256, entry);
  {
    const std::lock_guard<std::mutex> lock(screen_);
    progress_.tar_done();
  }
  if (settings_.json || settings_.quiet) return;
  const std::string failed =
      record.failed > 0 ? fmt::format(", {} failed", with_separators(record.failed)) : "";
  tell(fmt::format("{}: {}{}\n", printable(step.tar->input), counted(record.samples, "sample"), failed));
}

void TarResults::skip(const TarStep& step) {
  const Json& entry = report_.skip(*step.tar, step.record);
  if (shard_ != nullptr) {
    Json line = entry;
    line["status"] = "done";
    shard_->kept(*step.tar, step.record.input.sha256, line);
  }
  const std::lock_guard<std::mutex> lock(screen_);
  progress_.skip_to(step.taken);
  progress_.tar_done();
}

void TarResults::fail(const TarStep& step) {
  if (partial_) partial_->keep();  // the tar may be mended, or its disk come back
  partial_.reset();
  const Failure failure{step.tar->input, step.failure->code(), step.failure->what()};
  report_.fail(failure);
  if (shard_ != nullptr) shard_->failed(*step.tar, failure);
  const std::lock_guard<std::mutex> lock(screen_);
  progress_.skip_to(step.taken);
  progress_.tar_done();
}

void TarResults::tell(const std::string& text) {
  const std::lock_guard<std::mutex> lock(screen_);
  progress_.clear();
  print_result(text);
}

}  // namespace relprompt::cli
