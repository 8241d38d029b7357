// The rasters and polygons of a result, written of its finished blocks.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "interrupt.h"
#include "raster/job.h"
#include "raster/parts.h"

namespace relprompt::cli {

/// Hears what is being done, with a share from 0 to 1.
using Say = std::function<void(const std::string& what, double share)>;

/// Blocks of all parts, in their order.
class RasterBlocks {
 public:
  RasterBlocks(const raster::Job& job, const std::vector<raster::PartJournal>& parts) : job_(job) {
    for (const auto& part : parts) readers_.push_back(std::make_unique<raster::PartReader>(part));
    for (std::size_t i = 0; i < parts.size(); ++i)
      for (const auto& [block, record] : parts[i].blocks) all_[block] = {&record, readers_[i].get()};
  }

  /// Calls `take(rectangle, bytes)` for every block with data.
  template <typename Read, typename Take>
  void each(const std::string& what, const Say& say, const Read& read, const Take& take) const {
    std::int64_t done = 0;
    for (const auto& [block, found] : all_) {
      if (interrupt_signal() != 0)
        throw Error(ErrorCode::kCancelled, "stopped while the result was put together");
      if (block < 0 || block >= job_.blocks.count()) {
        throw Error(ErrorCode::kUnreadable,
                    fmt::format("expected blocks below {}, found block {}", job_.blocks.count(), block));
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
  const raster::Job& job_;
  std::vector<std::unique_ptr<raster::PartReader>> readers_;
  std::map<std::int64_t, Found> all_;
};

/// Tries, before hours of work, whether such files can be made: their system, compression and driver. Throws
/// Error.
void check_targets(const raster::Job& job);

/// The label file. All of these throw Error for what cannot be written, and kCancelled after an interrupt.
void write_labels(const raster::Job& job, const RasterBlocks& blocks, const std::filesystem::path& path,
                  int threads, const Say& say);
/// A band a class.
void write_scores(const raster::Job& job, const RasterBlocks& blocks, const std::filesystem::path& path,
                  int threads, const Say& say);
/// Of a label file.
void write_polygons(const raster::Job& job, const std::filesystem::path& labels,
                    const std::filesystem::path& path, const Say& say);

}  // namespace relprompt::cli
