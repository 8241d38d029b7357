#include "raster_result.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "base/atomic_file.h"
#include "base/file_journal.h"
#include "base/own_files.h"
#include "image/palette.h"
#include "interrupt.h"
#include "numbers.h"
#include "raster/finished_files.h"
#include "raster/library.h"

namespace relprompt::cli {
namespace {

namespace fs = std::filesystem;
using raster::Job;

using Say = std::function<void(const std::string&, double)>;

bool stopped() {
  return interrupt_signal() != 0;
}

fs::path folder_of(const fs::path& output) {
  return output.has_parent_path() ? output.parent_path() : fs::path(".");
}

/// Blocks of all parts, in their order.
class Blocks {
 public:
  Blocks(const Job& job, const std::vector<raster::PartJournal>& parts) : job_(job) {
    for (const auto& part : parts) readers_.push_back(std::make_unique<raster::PartReader>(part));
    for (std::size_t i = 0; i < parts.size(); ++i)
      for (const auto& [block, record] : parts[i].blocks) all_[block] = {&record, readers_[i].get()};
  }

  /// Calls `take(rectangle, bytes)` for every block with data.
  template <typename Read, typename Take>
  void each(const std::string& what, const Say& say, const Read& read, const Take& take) const {
    std::int64_t done = 0;
    for (const auto& [block, found] : all_) {
      if (stopped()) throw Error(ErrorCode::kCancelled, "stopped while the result was put together");
      if (block < 0 || block >= job_.blocks.count()) {
        throw Error(ErrorCode::kUnreadable, fmt::format("expected blocks below {}, found block {}",
                                                        job_.blocks.count(), block));
      }
      say(what, static_cast<double>(done++) / static_cast<double>(all_.size()));
      if (!found.record->has_data()) continue;
      const Rectangle where = job_.blocks.block(block);
      take(where, read(*found.reader, *found.record, where));
    }
  }

  /// Pixels of each label, and those without class or data.
  void count(std::vector<std::uint64_t>& pixels, std::uint64_t& unknown, std::uint64_t& nodata) const {
    pixels.assign(job_.classes.size(), 0);
    for (const auto& [block, found] : all_) {
      for (const auto& [label, number] : found.record->pixels)
        if (label < pixels.size()) pixels[label] += number;
      unknown += found.record->unknown;
      nodata += found.record->nodata;
    }
  }

 private:
  struct Found {
    const raster::BlockRecord* record = nullptr;
    const raster::PartReader* reader = nullptr;
  };
  const Job& job_;
  std::vector<std::unique_ptr<raster::PartReader>> readers_;
  std::map<std::int64_t, Found> all_;
};

std::size_t pixels_of(const Rectangle& where) {
  return static_cast<std::size_t>(where.height) * static_cast<std::size_t>(where.width);
}

std::vector<std::uint16_t> numbers_of(const std::string& bytes, int bits) {
  std::vector<std::uint16_t> numbers(bytes.size() / static_cast<std::size_t>(bits / 8));
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const auto at = [&](std::size_t byte) { return static_cast<std::uint8_t>(bytes[byte]); };
    numbers[i] = bits == 8 ? at(i) : static_cast<std::uint16_t>(at(2 * i) | at(2 * i + 1) << 8);
  }
  return numbers;
}

raster::TargetFacts shared_target(const Job& job, const fs::path& path, int threads) {
  raster::TargetFacts facts;
  facts.path = path.string();
  facts.height = job.blocks.height;
  facts.width = job.blocks.width;
  facts.ground = job.ground;
  facts.tile = std::min(512, job.blocks.side);
  facts.compression = job.output.compression;
  facts.cog = job.output.cog;
  facts.threads = threads;
  facts.metadata.emplace_back("RELPROMPT_SETTINGS", job.settings);
  return facts;
}

raster::TargetFacts label_target(const Job& job, const fs::path& path, int threads) {
  auto facts = shared_target(job, path, threads);
  facts.bits = job.bits();
  facts.nodata = job.nothing();
  const std::size_t values = static_cast<std::size_t>(job.nothing()) + 1;
  for (std::size_t i = 0; i < values; ++i) {
    const auto color = i < job.classes.size() ? image::color_of(static_cast<std::uint16_t>(i)) : image::Color();
    facts.colors.push_back({color.red, color.green, color.blue});
  }
  facts.names = job.classes;
  for (std::size_t i = 0; i < job.classes.size(); ++i)
    facts.metadata.emplace_back(fmt::format("CLASS_{}", i), job.classes[i]);
  return facts;
}

void write_labels(const Job& job, const Blocks& blocks, const fs::path& path, int threads, const Say& say) {
  std::unique_ptr<raster::Target> target;
  raster::check(raster::library().create(label_target(job, path, threads), target), path.filename().string());
  blocks.each(
      "labels", say,
      [&](const raster::PartReader& reader, const raster::BlockRecord& record, const Rectangle& where) {
        return reader.labels(record, pixels_of(where) * static_cast<std::size_t>(job.bits() / 8));
      },
      [&](const Rectangle& where, const std::string& bytes) {
        const auto labels = numbers_of(bytes, job.bits());
        raster::check(target->write(where, 1, labels.data()), path.filename().string());
      });
  if (job.output.cog) say("overviews", 0);
  raster::check(target->finish(stopped), path.filename().string());
}

void write_scores(const Job& job, const Blocks& blocks, const fs::path& path, int threads, const Say& say) {
  auto facts = shared_target(job, path, threads);
  facts.bands = static_cast<int>(job.classes.size());
  facts.names = job.classes;
  facts.scale = {1.0 / 255, 0.0};
  std::unique_ptr<raster::Target> target;
  raster::check(raster::library().create(facts, target), path.filename().string());
  blocks.each(
      "scores", say,
      [&](const raster::PartReader& reader, const raster::BlockRecord& record, const Rectangle& where) {
        return reader.scores(record, pixels_of(where) * job.classes.size());
      },
      [&](const Rectangle& where, const std::string& bytes) {
        const auto scores = numbers_of(bytes, 8);
        for (int band = 0; band < facts.bands; ++band) {
          raster::check(target->write(where, band + 1,
                                      scores.data() + static_cast<std::size_t>(band) * pixels_of(where)),
                        path.filename().string());
        }
      });
  raster::check(target->finish(stopped), path.filename().string());
}

void write_polygons(const Job& job, const fs::path& labels, const fs::path& path, const Say& say) {
  raster::PolygonFacts facts;
  facts.labels = labels.string();
  facts.path = path.string();
  facts.layer = path.stem().string();
  facts.names = job.classes;
  facts.ground = job.ground;
  raster::check(raster::library().polygons(facts,
                                           [&](double share) {
                                             say("polygons", share);
                                             return !stopped();
                                           }),
                path.filename().string());
}

Json report_of(const Job& job, const Blocks& blocks, const RasterFiles& files, const RasterRun& run) {
  std::vector<std::uint64_t> pixels;
  std::uint64_t unknown = 0, nodata = 0;
  blocks.count(pixels, unknown, nodata);
  Json report = job.run;
  Json classes = Json::array();
  std::uint64_t with_data = unknown;
  for (const auto count : pixels) with_data += count;
  for (std::size_t label = 0; label < pixels.size(); ++label) {
    const double share = with_data == 0 ? 0 : static_cast<double>(pixels[label]) / static_cast<double>(with_data);
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

Json write_raster_result(const Job& job, const std::vector<raster::PartJournal>& parts, const fs::path& output,
                         const RasterRun& run, const Say& say) {
  const RasterFiles files(output);
  files.check(job.output);
  const Blocks blocks(job, parts);
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

std::string raster_summary(const Json& report) {
  std::vector<std::pair<double, std::string>> found;
  std::uint64_t with_data = report["unknown"].get<std::uint64_t>();
  for (const auto& row : report["classes"]) {
    with_data += row["pixels"].get<std::uint64_t>();
    if (row["pixels"] != 0) found.emplace_back(-row["share"].get<double>(), row["name"].get<std::string>());
  }
  constexpr std::size_t kMost = 5;
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::string text;
  for (std::size_t i = 0; i < std::min(kMost, found.size()); ++i)
    text += fmt::format("{}{} {:.1f} %", i == 0 ? "" : ", ", found[i].second, -100 * found[i].first);
  if (found.size() > kMost) text += fmt::format(" and {} more", found.size() - kMost);
  return fmt::format("{}{} of {} x {} pixels, {} with data", text, text.empty() ? "nothing" : "",
                     with_separators(report["width"].get<std::uint64_t>()),
                     with_separators(report["height"].get<std::uint64_t>()), with_separators(with_data));
}

}  // namespace relprompt::cli
