#include "run_report.h"

#include <algorithm>

#include <fmt/format.h>

#include "failures.h"
#include "interrupt.h"
#include "numbers.h"
#include "terminal.h"

namespace relprompt::cli {
namespace {

constexpr int kWidestInput = 48;

/// The classes that occur; with thousands of classes the others would drown them.
Json found_classes(const Json& report) {
  Json found = Json::array();
  for (const Json& row : report["classes"]) {
    if (row["pixels"] != 0) found.push_back(row);
  }
  return found;
}

std::string indented(std::string text, const std::string& indent) {
  for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 1 + indent.size()) {
    text.insert(at + 1, indent);
  }
  return text;
}

}  // namespace

RunReport::RunReport(const RunFacts& facts, std::vector<Failure> failures,
                     const std::vector<Failure>& unreadable, bool keep_images)
    : run_(facts.run),
      keep_images_(keep_images),
      failures_(std::move(failures)),
      unreadable_(unreadable.size()) {
  for (const Failure& image : unreadable)
    keep({{"input", image.input}, {"status", "skipped"}, {"reason", image.message}});
}

void RunReport::keep(Json entry) {
  if (keep_images_) images_.push_back(std::move(entry));
}

Json RunReport::add(const ListedImage& listed, const ImageOutputs& outputs, const Json& report) {
  ++segmented_;
  Json files = Json::object();
  for (const auto& [kind, path] : outputs.files()) files[kind] = path.string();
  Json entry = {{"input", listed.input},
                {"status", "done"},
                {"height", report["height"]},
                {"width", report["width"]},
                {"windows", report["windows"]},
                {"files", files},
                {"classes", found_classes(report)},
                {"unknown", report["unknown"]},
                {"seconds", report["seconds"]}};
  keep(entry);
  return entry;
}

void RunReport::skip(const ListedImage& listed) {
  ++skipped_;
  keep({{"input", listed.input}, {"status", "skipped"}});
}

void RunReport::fail(Failure failure) {
  ++failed_;
  keep({{"input", failure.input}, {"status", "failed"}});
  failures_.push_back(std::move(failure));
}

void RunReport::add_run_files(const std::vector<std::pair<std::string, std::filesystem::path>>& files) {
  for (const auto& [format, path] : files) run_files_[format].push_back(path.string());
}

void RunReport::stop(const Error& error) {
  stopped_ = true;
  failures_.push_back({"", error.code(), error.what()});
}

int RunReport::status() const {
  return status_of(failures_);
}

void RunReport::print_failures() const {
  if (failures_.empty()) return;
  if (failures_.size() == 1) {
    print_error(failures_.front().message);
    return;
  }
  int columns = 0;
  for (const Failure& failure : failures_)
    columns = std::max(columns, display_width(printable(failure.input)));
  columns = std::min(columns, kWidestInput);
  std::string text = fmt::format("{} inputs failed", with_separators(failures_.size()));
  for (const Failure& failure : failures_) {
    text += fmt::format("\n  {}  {}", pad(printable(failure.input), columns),
                        indented(failure.message, std::string(static_cast<std::size_t>(columns) + 2, ' ')));
  }
  print_error(text);
}

std::string RunReport::summary(double seconds, const std::filesystem::path& output) const {
  std::string text = fmt::format("{} in {}, results in {}", counted(segmented_, "image"), duration(seconds),
                                 output.string());
  if (skipped_ > 0) text += fmt::format("; {} already done", with_separators(skipped_));
  if (unreadable_ > 0) text += fmt::format("; {} left out", with_separators(unreadable_));
  if (!failures_.empty()) text += fmt::format("; {} failed", with_separators(failures_.size()));
  return text;
}

Json RunReport::document(double seconds) const {
  Json document = run_;
  document["images"] = images_;
  if (!run_files_.empty()) document["files"] = run_files_;
  document["errors"] = errors_of(failures_);
  document["totals"] = {{"done", segmented_},
                        {"skipped", skipped_ + unreadable_},
                        {"failed", failures_.size()},
                        {"complete", !stopped_ && interrupt_signal() == 0},
                        {"seconds", seconds}};
  return document;
}

}  // namespace relprompt::cli
