#include "tar_report.h"

#include <algorithm>

#include <fmt/format.h>

#include "error_names.h"
#include "failures.h"
#include "interrupt.h"
#include "numbers.h"
#include "tar_list.h"
#include "terminal.h"

namespace relprompt::cli {
namespace {

constexpr std::size_t kMostPrinted = 20;

std::string indented(std::string text) {
  for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 3)
    text.insert(at + 1, "  ");
  return text;
}

}  // namespace

TarReport::TarReport(const RunFacts& facts, std::vector<Failure> failures)
    : run_(facts.run), failures_(std::move(failures)) {}

Json& TarReport::enter(const ListedImage& tar, const TarRecord& record, const char* status) {
  tars_.push_back({{"input", tar.input},
                   {"status", status},
                   {"output", tar_output(tar).string()},
                   {"samples", record.samples},
                   {"failed_samples", record.failed},
                   {"output_sha256", record.sha256}});
  samples_ += record.samples;
  failed_samples_ += record.failed;
  return tars_.back();
}

const Json& TarReport::add(const ListedImage& tar, const TarRecord& record,
                           const std::vector<tar::FailedSample>& failures) {
  ++written_;
  for (const tar::FailedSample& failure : failures)
    failures_.push_back({tar.input, code_called(failure.code), failure.message});
  const auto others = record.failed - failures.size();
  if (others > 0) {
    failures_.push_back({tar.input, code_called(failures.front().code),
                         fmt::format("{}: {} more failed", tar.input, counted(others, "sample"))});
  }
  Json& entry = enter(tar, record, "done");
  for (const tar::FailedSample& failure : failures) {
    entry["failures"].push_back({{"key", failure.key}, {"code", failure.code}, {"message", failure.message}});
  }
  return entry;
}

const Json& TarReport::skip(const ListedImage& tar, const TarRecord& record) {
  ++skipped_;
  if (record.failed > 0) {
    failures_.push_back({tar.input, ErrorCode::kNotAnImage,
                         fmt::format("{}: {} of {} failed in an earlier run", tar.input,
                                     with_separators(record.failed), counted(record.samples, "sample"))});
  }
  return enter(tar, record, "skipped");
}

void TarReport::fail(Failure failure) {
  ++failed_;
  tars_.push_back({{"input", failure.input}, {"status", "failed"}});
  failures_.push_back(std::move(failure));
}

void TarReport::stop(const Error& error) {
  stopped_ = true;
  failures_.push_back({"", error.code(), error.what()});
}

int TarReport::status() const {
  return status_of(failures_);
}

void TarReport::print_failures() const {
  if (failures_.empty()) return;
  if (failures_.size() == 1) return print_error(failures_.front().message);
  std::string text = fmt::format("{} failures", with_separators(failures_.size()));
  for (std::size_t i = 0; i < std::min(failures_.size(), kMostPrinted); ++i)
    text += "\n  " + indented(failures_[i].message);
  if (failures_.size() > kMostPrinted) {
    text += fmt::format("\n  and {} more: --json lists them, and so do the reports of the samples",
                        with_separators(failures_.size() - kMostPrinted));
  }
  print_error(text);
}

std::string TarReport::summary(double seconds, const std::filesystem::path& output) const {
  std::string text = fmt::format("{} of {} in {}, results in {}", counted(samples_, "sample"),
                                 counted(done(), "tar"), duration(seconds), output.string());
  if (skipped_ > 0) text += fmt::format("; {} already done", counted(skipped_, "tar"));
  if (failed_ > 0) text += fmt::format("; {} failed", counted(failed_, "tar"));
  if (failed_samples_ > 0) text += fmt::format("; {} failed", counted(failed_samples_, "sample"));
  return text;
}

Json TarReport::document(double seconds) const {
  Json document = run_;
  document["tars"] = tars_;
  document["errors"] = errors_of(failures_);
  document["totals"] = {{"done", written_},
                        {"skipped", skipped_},
                        {"failed", failed_},
                        {"samples", samples_},
                        {"failed_samples", failed_samples_},
                        {"complete", !stopped_ && interrupt_signal() == 0},
                        {"seconds", seconds}};
  return document;
}

}  // namespace relprompt::cli
