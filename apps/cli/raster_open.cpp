#include "raster_open.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "relprompt/report.h"

#include "base/hash.h"
#include "base/json_read.h"
#include "json_report.h"
#include "model_notes.h"
#include "raster/library.h"
#include "raster/pixels.h"
#include "report_settings.h"
#include "terminal.h"

namespace relprompt::cli {
namespace {

bool is_bytes(const raster::RasterFacts& facts, const std::vector<int>& bands) {
  return std::all_of(bands.begin(), bands.end(), [&](int band) {
    return facts.bands[static_cast<std::size_t>(band) - 1].type == "Byte";
  });
}

/// What the report says of the raster, and what shards must share.
Json json_of(const RasterSettings& settings, const OpenedRaster& raster) {
  Json ranges = Json::array();
  for (const auto& range : raster.colors.ranges) ranges.push_back({range.min, range.max});
  Json document = {{"path", settings.input},          {"driver", raster.facts().driver},
                   {"height", raster.facts().height}, {"width", raster.facts().width},
                   {"bands", raster.colors.bands},    {"ranges", ranges},
                   {"samples_sha256", raster.sha256}};
  if (settings.nodata) document["nodata"] = *settings.nodata;
  if (settings.resolution > 0) document["resolution"] = settings.resolution;
  return document;
}

}  // namespace

OpenedRaster open_raster(const RasterSettings& settings) {
  OpenedRaster raster;
  raster::OpenOptions options;
  options.resolution = settings.resolution;
  raster::check(raster::library().open(settings.input, options, raster.source), settings.input);
  raster.colors = raster::choose_colors(raster.facts(), settings.decode.bands, settings.input);
  raster.colors.nodata = settings.nodata;
  const bool as_they_are = is_bytes(raster.facts(), raster.colors.bands) || !raster.colors.palette.empty();
  const bool measure = settings.percentiles || (!settings.decode.range && !as_they_are);
  auto look = raster::look_at(*raster.source, raster.colors, measure, settings.input);
  raster.sha256 = look.sha256;
  if (measure) {
    const auto percentiles = settings.percentiles.value_or(raster::Percentiles());
    for (auto& samples : look.samples)
      raster.colors.ranges.push_back(raster::range_at(samples, percentiles, settings.input));
  } else if (settings.decode.range) {
    raster.colors.ranges.assign(raster.colors.bands.size(), *settings.decode.range);
  }
  return raster;
}

raster::Job job_of(const RasterSettings& settings, const OpenedRaster& raster, const Segmenter& segmenter,
                   const BlockSegmenter& blocks) {
  ReportSettings said = report_settings(settings, blocks.options());
  said.decode = settings.decode;
  const Reporter reporter(segmenter, said);
  raster::Job job;
  job.blocks = {raster.facts().height, raster.facts().width, settings.block};
  job.ground = raster.facts().ground;
  for (std::size_t i = 0; i < settings.classes.size(); ++i) job.classes.push_back(settings.classes.title(i));
  job.output = settings.save;
  job.run = reread_json(reporter.run());
  if (job.run.contains("protocol")) job.run["protocol"].erase("short_side");  // nothing is resized
  job.run["raster"] = json_of(settings, raster);
  Json shown = job.run["raster"];
  shown.erase("path");  // which differs between machines
  Sha256 digest;
  digest.update(reporter.settings_sha256() + to_text(shown));
  job.settings = digest.hex();
  return job;
}

void tell_of_raster(const RasterSettings& settings, const OpenedRaster& raster, const Segmenter& segmenter) {
  print_model_notes(segmenter.model().notes());
  const auto& facts = raster.facts();
  if (!facts.ground.transform)
    print_note("the raster states no place on the ground, so the labels have none");
  if (settings.decode.bands.empty() && facts.bands.size() > 3 && facts.bands[0].color != "red" &&
      raster.colors.bands == std::vector<int>{1, 2, 3})
    print_note(
        fmt::format("the first three of {} bands are read as red, green and blue; --bands names others",
                    facts.bands.size()));
  if (raster.colors.ranges.empty() || settings.decode.range) return;
  std::string text;
  for (std::size_t i = 0; i < raster.colors.ranges.size(); ++i) {
    text += fmt::format("{}{} to {} of band {}", i == 0 ? "" : ", ", raster.colors.ranges[i].min,
                        raster.colors.ranges[i].max, raster.colors.bands[i]);
  }
  print_note("black to white: " + text + "; --range states others");
}

}  // namespace relprompt::cli
