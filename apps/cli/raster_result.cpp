#include "raster_result.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "base/atomic_file.h"
#include "base/file_journal.h"
#include "base/own_files.h"
#include "interrupt.h"
#include "numbers.h"
#include "raster/finished_files.h"
#include "terminal.h"

namespace relprompt::cli {
namespace {

namespace fs = std::filesystem;
using raster::Job;

fs::path folder_of(const fs::path& output) {
  return output.has_parent_path() ? output.parent_path() : fs::path(".");
}

Json report_of(const Job& job, const RasterBlocks& blocks, const RasterFiles& files, const RasterRun& run) {
  std::vector<std::uint64_t> pixels;
  std::uint64_t unknown = 0, nodata = 0;
  blocks.count(pixels, unknown, nodata);
  Json report = job.run;
  Json classes = Json::array();
  std::uint64_t with_data = unknown;
  for (const auto count : pixels) with_data += count;
  for (std::size_t label = 0; label < pixels.size(); ++label) {
    const double share =
        with_data == 0 ? 0 : static_cast<double>(pixels[label]) / static_cast<double>(with_data);
    classes.push_back(
        {{"label", label}, {"name", job.classes[label]}, {"pixels", pixels[label]}, {"share", share}});
  }
  report["height"] = job.blocks.height;
  report["width"] = job.blocks.width;
  if (job.ground.transform) {
    const auto& t = *job.ground.transform;
    report["transform"] = t;
    if (!job.ground.geographic) report["pixel_area"] = std::abs(t[1] * t[5] - t[2] * t[4]);
  }
  report["unit"] = job.ground.unit;
  report["classes"] = classes;
  report["unknown"] = unknown;
  report["nodata"] = nodata;
  report["settings_sha256"] = job.settings;
  Json names = {{"labels", files.labels.string()}};
  if (job.output.report) names["json"] = files.report.string();
  if (job.output.polygons) names["polygons"] = files.polygons.string();
  if (job.output.scores) names["scores"] = files.scores.string();
  report["files"] = names;
  report["shards"] = run.shards;
  report["blocks"] = job.blocks.count();
  if (run.windows > 0) report["windows"] = {{"raster", run.windows}, {"computed", run.computed_windows}};
  report["seconds"] = run.seconds;
  return report;
}

/// What the list of written files says of a result, by which a later run knows it.
std::string note_of(const Job& job) {
  return fmt::format("raster {}", job.settings);
}

}  // namespace

RasterFiles::RasterFiles(const fs::path& output)
    : labels(output),
      names(output.string() + ".aux.xml"),
      report(folder_of(output) / raster::name_beside(output, ".json")),
      polygons(folder_of(output) / raster::name_beside(output, ".gpkg")),
      scores(folder_of(output) / raster::name_beside(output, ".scores.tif")) {}

void RasterFiles::check(const raster::OutputFacts& save) const {
  std::vector<fs::path> all = {labels, names};
  if (save.report) all.push_back(report);
  if (save.polygons) all.push_back(polygons);
  if (save.scores) all.push_back(scores);
  for (const auto& path : all)
    if (standing_of(path) == Standing::kForeign) refuse_foreign(path);
}

bool RasterFiles::done(const Job& job) const {
  const FileJournal journal(folder_of(labels));
  if (journal.note(labels.filename().string()) != note_of(job)) return false;
  std::vector<fs::path> all = {labels};
  if (job.output.report) all.push_back(report);
  if (job.output.polygons) all.push_back(polygons);
  if (job.output.scores) all.push_back(scores);
  return std::all_of(all.begin(), all.end(),
                     [](const fs::path& path) { return standing_of(path) == Standing::kOwn; });
}

Json write_raster_result(const Job& job, const std::vector<raster::PartJournal>& parts,
                         const fs::path& output, const RasterRun& run, const Say& say) {
  const RasterFiles files(output);
  files.check(job.output);
  const RasterBlocks blocks(job, parts);
  const fs::path folder = folder_of(output);
  raster::FinishedFiles finished(folder);
  const std::string labels = output.filename().string();
  std::vector<std::string> names = {labels + ".aux.xml"};
  write_labels(job, blocks, finished.path(labels), run.threads, say);
  if (job.output.scores) {
    names.push_back(files.scores.filename().string());
    write_scores(job, blocks, finished.path(names.back()), run.threads, say);
  }
  if (job.output.polygons) {
    names.push_back(files.polygons.filename().string());
    write_polygons(job, finished.path(labels), finished.path(names.back()), say);
  }
  names.push_back(labels);  // last: where it is, everything is
  finished.place(names);
  FileJournal(folder).add_note(labels, note_of(job));
  const Json report = report_of(job, blocks, files, run);
  if (job.output.report) write_file(files.report, to_text(report));
  return report;
}

Say raster_progress(bool quiet) {
  using Clock = std::chrono::steady_clock;
  return [quiet, last = Clock::now()](const std::string& what, double share) mutable {
    if (quiet || Clock::now() - last < std::chrono::seconds(5)) return;
    last = Clock::now();
    print_note(fmt::format("writing {}: {:.0f} %", what, 100 * share));
  };
}

std::string raster_summary(const Json& report) {
  std::vector<std::pair<double, std::string>> found;
  std::uint64_t with_data = report["unknown"].get<std::uint64_t>();
  for (const auto& row : report["classes"]) {
    with_data += row["pixels"].get<std::uint64_t>();
    if (row["pixels"] != 0) found.emplace_back(-row["share"].get<double>(), row["name"].get<std::string>());
  }
  constexpr std::size_t kMost = 5;
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::string text;
  for (std::size_t i = 0; i < std::min(kMost, found.size()); ++i)
    text += fmt::format("{}{} {:.1f} %", i == 0 ? "" : ", ", found[i].second, -100 * found[i].first);
  if (found.size() > kMost) text += fmt::format(" and {} more", found.size() - kMost);
  return fmt::format("{}{} of {} x {} pixels, {} with data", text, text.empty() ? "nothing" : "",
                     with_separators(report["width"].get<std::uint64_t>()),
                     with_separators(report["height"].get<std::uint64_t>()), with_separators(with_data));
}

}  // namespace relprompt::cli
