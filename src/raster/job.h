// What all blocks of a raster share: enough to put the result together on a machine that has neither the
// raster nor the model.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "raster/parts.h"
#include "raster/raster_table.h"

namespace relprompt::raster {

/// Which files are made, and how.
struct OutputFacts {
  bool scores = false, polygons = false, report = true;
  std::string compression = "DEFLATE";
  bool cog = false;
};

struct Job {
  BlockPlan blocks;
  GroundFacts ground;
  std::vector<std::string> classes;  ///< what people are shown
  std::string settings;              ///< SHA-256 over all that decides the labels
  OutputFacts output;
  Json run;  ///< of the report: program, model, protocol, how the raster was read

  /// 8 up to 255 classes, else 16.
  int bits() const;
  /// The label of pixels without data and of those without a class: 255 or 65535.
  std::uint16_t nothing() const;
};

/// The facts of a journal.
Json facts_of(const Job& job);
/// The job of a journal. Throws Error(kUnreadable), naming `place`, for facts that no run writes.
Job job_of(const Json& facts, const std::string& place);

/// "DIR/labels.tif" and ".gpkg" -> "labels.gpkg"
std::string name_beside(const std::filesystem::path& output, const std::string& ending);

}  // namespace relprompt::raster
