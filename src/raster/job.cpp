#include "raster/job.h"

#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "relprompt/classes.h"
#include "relprompt/error.h"

#include "base/json_fields.h"
#include "base/json_output.h"
#include "image/label_files.h"

namespace relprompt::raster {
namespace {

constexpr std::int64_t kMostSide = 0x7FFFFFFF;

Json json_of(const GroundFacts& ground) {
  Json document = {{"crs", ground.crs}, {"geographic", ground.geographic}, {"unit", ground.unit}};
  if (ground.transform) document["transform"] = *ground.transform;
  return document;
}

GroundFacts ground_of(JsonFields fields) {
  GroundFacts ground;
  ground.crs = fields.text("crs", "");
  ground.geographic = fields.boolean("geographic", false);
  ground.unit = fields.text("unit", "");
  if (fields.has("transform")) {
    const auto numbers = fields.numbers("transform", {}, 6);
    ground.transform.emplace();
    std::copy(numbers.begin(), numbers.end(), ground.transform->begin());
  }
  fields.finish();
  return ground;
}

OutputFacts output_of(JsonFields fields) {
  OutputFacts output;
  output.scores = fields.boolean("scores", false);
  output.polygons = fields.boolean("polygons", false);
  output.report = fields.boolean("report", true);
  output.cog = fields.boolean("cog", false);
  output.compression = fields.text("compression", "DEFLATE");
  fields.finish();
  return output;
}

}  // namespace

int Job::bits() const {
  return classes.size() > image::kMaxByteClasses ? 16 : 8;
}

std::uint16_t Job::nothing() const {
  return image::unknown_label(classes.size());
}

Json facts_of(const Job& job) {
  return {{"height", job.blocks.height},
          {"width", job.blocks.width},
          {"block", job.blocks.side},
          {"ground", json_of(job.ground)},
          {"classes", job.classes},
          {"settings", job.settings},
          {"output",
           {{"scores", job.output.scores},
            {"polygons", job.output.polygons},
            {"report", job.output.report},
            {"cog", job.output.cog},
            {"compression", job.output.compression}}},
          {"run", job.run}};
}

Job job_of(const Json& facts, const std::string& place) {
  const nlohmann::json object = facts;
  JsonFields fields(object, place, ErrorCode::kUnreadable);
  Job job;
  job.blocks.height = fields.integer("height", 0, 1, kMostSide);
  job.blocks.width = fields.integer("width", 0, 1, kMostSide);
  job.blocks.side = static_cast<int>(fields.integer("block", 0, kBlockStep, 16384));
  for (const char* key : {"height", "width", "block", "ground", "classes", "settings", "output", "run"})
    fields.require(key);
  job.ground = ground_of(fields.object("ground"));
  job.classes = fields.texts("classes");
  job.settings = fields.text("settings", "");
  job.output = output_of(fields.object("output"));
  fields.leave({"run"});
  fields.finish();
  job.run = facts["run"];
  if (job.classes.empty() || job.classes.size() > kMaxClasses || job.blocks.count() > 100'000'000) {
    throw Error(ErrorCode::kUnreadable,
                fmt::format("{}: expected 1 to {} classes and at most 100000000 blocks, found {} and {}",
                            place, kMaxClasses, job.classes.size(), job.blocks.count()));
  }
  return job;
}

std::string name_beside(const std::filesystem::path& output, const std::string& ending) {
  return output.stem().string() + ending;
}

}  // namespace relprompt::raster
