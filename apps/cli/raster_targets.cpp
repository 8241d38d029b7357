#include "raster_targets.h"

#include <algorithm>

#include "image/palette.h"
#include "raster/library.h"

namespace relprompt::cli {
namespace {

namespace fs = std::filesystem;
using raster::Job;

bool stopped() {
  return interrupt_signal() != 0;
}

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
    const auto color =
        i < job.classes.size() ? image::color_of(static_cast<std::uint16_t>(i)) : image::Color();
    facts.colors.push_back({color.red, color.green, color.blue});
  }
  facts.names = job.classes;
  for (std::size_t i = 0; i < job.classes.size(); ++i)
    facts.metadata.emplace_back(fmt::format("CLASS_{}", i), job.classes[i]);
  return facts;
}

}  // namespace

void check_targets(const Job& job) {
  auto facts = label_target(job, "/vsimem/relprompt-check.tif", 1);
  facts.height = facts.width = 16;
  std::unique_ptr<raster::Target> target;
  raster::check(raster::library().create(facts, target), "the label file");
  const std::vector<std::uint16_t> nothing(256, job.nothing());
  raster::check(target->write({0, 0, 16, 16}, 1, nothing.data()), "the label file");
  raster::check(target->finish({}), "the label file");
}

void write_labels(const Job& job, const RasterBlocks& blocks, const fs::path& path, int threads,
                  const Say& say) {
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

void write_scores(const Job& job, const RasterBlocks& blocks, const fs::path& path, int threads,
                  const Say& say) {
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

}  // namespace relprompt::cli
