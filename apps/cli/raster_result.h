// The result of a raster, put together of its finished blocks.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "json_report.h"
#include "raster/job.h"
#include "raster/parts.h"
#include "raster_targets.h"

namespace relprompt::cli {

/// Where the files of a result are.
struct RasterFiles {
  std::filesystem::path labels, names, report, polygons, scores;

  explicit RasterFiles(const std::filesystem::path& output);
  /// Throws Error(kNotWritable) if one that would be written is there and not relprompt's.
  void check(const raster::OutputFacts& save) const;
  /// True if all are there as relprompt wrote them, made by these settings.
  bool done(const raster::Job& job) const;
};

/// What a report says of the run besides.
struct RasterRun {
  std::int64_t computed_windows = 0, windows = 0;  ///< 0: not known, as after a merge
  std::size_t shards = 1;
  double seconds = 0;
  int threads = 1;
};

/// Writes the files of a result of all blocks of the job; the parts hold each of them. Returns the report.
/// Throws Error: kUnreadable for damaged parts, kNotWritable, kDiskFull, kCancelled after an interrupt.
Json write_raster_result(const raster::Job& job, const std::vector<raster::PartJournal>& parts,
                         const std::filesystem::path& output, const RasterRun& run, const Say& say);

/// Tells people every few seconds; nobody if quiet.
Say raster_progress(bool quiet);

/// "grass 41.2 %, sand 20.1 % of 1,234 pixels with data", and the area where it is known.
std::string raster_summary(const Json& report);

}  // namespace relprompt::cli
