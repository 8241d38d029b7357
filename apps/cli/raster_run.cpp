// The raster job: opens raster and model once, then labels block after block, each on disk before the next.
#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "relprompt/blocks.h"
#include "relprompt/error.h"

#include "base/read_file.h"
#include "image/sample_levels.h"
#include "interrupt.h"
#include "numbers.h"
#include "progress.h"
#include "raster/library.h"
#include "raster/pixels.h"
#include "raster_open.h"
#include "raster_result.h"
#include "raster_settings.h"
#include "terminal.h"
#include "unknown_words.h"

namespace relprompt::cli {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Scores as bytes [classes, pixels].
class ScoreBytes {
 public:
  ScoreBytes(bool wanted, std::size_t classes) : wanted_(wanted), classes_(classes) {}

  ScoreSink sink(std::size_t pixels) {
    if (!wanted_) return {};
    bytes_.assign(classes_ * pixels, '\0');
    return [this, pixels](std::size_t first, std::size_t count, const float* planes) {
      for (std::size_t i = 0; i < count * pixels; ++i)
        bytes_[first * pixels + i] = static_cast<char>(image::level_of(planes[i], {0, 1}));
    };
  }
  /// Pixels without data have no scores.
  void clear(std::size_t pixel, std::size_t pixels) {
    for (std::size_t c = 0; wanted_ && c < classes_; ++c) bytes_[c * pixels + pixel] = '\0';
  }
  const std::string& bytes() const { return bytes_; }

 private:
  bool wanted_;
  std::size_t classes_;
  std::string bytes_;
};

class RasterRunner {
 public:
  RasterRunner(const RasterSettings& settings, OpenedRaster& raster, BlockSegmenter& segmenter,
               const raster::Job& job)
      : settings_(settings),
        segmenter_(segmenter),
        job_(job),
        pixels_(*raster.source, raster.colors, settings.input),
        parts_(raster::parts_folder(settings.output), settings.shard.value_or(shards::Shard()),
               raster::facts_of(job), settings.resume, job.output.scores) {}

  int run() {
    compute_blocks();
    const int signal = interrupt_signal();
    if (signal != 0) return stop(signal);
    parts_.end();
    if (settings_.shard) return conclude_shard();
    try {
      conclude();
    } catch (const Error& error) {
      if (error.code() != ErrorCode::kCancelled || interrupt_signal() == 0) throw;
      return stop(interrupt_signal());
    }
    return 0;
  }

 private:
  void compute_blocks() {
    const auto [begin, end] = raster::blocks_of(parts_.journal().shard, job_.blocks.count());
    Progress progress(static_cast<std::size_t>(end - begin), style(), "blocks");
    for (auto block = begin; block < end && interrupt_signal() == 0; ++block) {
      if (parts_.done(block)) {
        progress.skip();
        continue;
      }
      progress.begin(fmt::format("block {}", block));
      if (!compute(block, progress)) return;
      progress.end();
    }
  }

  /// False after an interrupt.
  bool compute(std::int64_t index, Progress& progress) {
    const Rectangle where = job_.blocks.block(index);
    const auto count = static_cast<std::size_t>(where.height) * static_cast<std::size_t>(where.width);
    raster::BlockRecord record;
    record.block = index;
    RectanglePixels pixels;
    if (pixels_.nothing_in(where, pixels)) {
      record.nodata = count;
      parts_.add(std::move(record), "", "");
      return true;
    }
    pixels.image = {};  // the windows are read one by one
    ScoreBytes scores(job_.output.scores, job_.classes.size());
    Segmentation found;
    try {
      found = segmenter_.label(
          index, [this](const Rectangle& part) { return pixels_.read(part); }, scores.sink(count),
          [&](int done, int all) {
            progress.part(done, all);
            return interrupt_signal() == 0;
          });
    } catch (const Error& error) {
      if (error.code() == ErrorCode::kCancelled && interrupt_signal() != 0) return false;
      throw;
    }
    std::string labels;
    const int bytes = job_.bits() / 8;
    labels.reserve(count * static_cast<std::size_t>(bytes));
    for (std::size_t i = 0; i < count; ++i) {
      std::uint16_t label = found.labels.labels[i];
      if (pixels.valid[i] == 0) {
        ++record.nodata;
        label = job_.nothing();
        scores.clear(i, count);
      } else if (label == LabelMap::kUnknown) {
        ++record.unknown;
        label = job_.nothing();
      } else {
        ++record.pixels[label];
      }
      labels.push_back(static_cast<char>(label & 0xFF));
      if (bytes == 2) labels.push_back(static_cast<char>(label >> 8));
    }
    parts_.add(std::move(record), labels, scores.bytes());
    return true;
  }

  Progress::Style style() const {
    return settings_.quiet ? Progress::Style::kNone : Progress::style_for_stderr();
  }

  int stop(int signal) const {
    print_note(fmt::format("interrupted: {} of {} blocks are done\n  the same command with --resume goes on",
                           parts_.journal().blocks.size(), job_.blocks.count()));
    return 128 + signal;
  }

  int conclude_shard() const {
    const auto& shard = parts_.journal().shard;
    if (!settings_.quiet) {
      print_note(
          fmt::format("{} of the raster is done in {}\n  `relprompt merge {}` joins the shards when all "
                      "are done",
                      shards::name_of(shard), duration(seconds_since(start_)), settings_.output.string()));
    }
    if (settings_.json) {
      Json document = job_.run;
      document["shard"] = fmt::format("{}/{}", shard.index, shard.count);
      document["blocks"] = parts_.journal().blocks.size();
      document["windows"] = {{"raster", segmenter_.window_count()},
                             {"computed", segmenter_.computed_windows()}};
      document["seconds"] = seconds_since(start_);
      print_result(to_text(document));
    }
    return 0;
  }

  void conclude() {
    RasterRun run;
    run.windows = segmenter_.window_count();
    run.computed_windows = segmenter_.computed_windows();
    run.seconds = seconds_since(start_);
    run.threads = std::max(1, settings_.threads);
    const Json report = write_raster_result(job_, {parts_.journal()}, settings_.output, run,
                                            raster_progress(settings_.quiet));
    parts_.remove();
    if (settings_.json) print_result(to_text(report));
    if (!settings_.quiet) {
      print_note(fmt::format("{}\n  wrote {} in {}", raster_summary(report), settings_.output.string(),
                             duration(seconds_since(start_))));
    }
  }

  const RasterSettings& settings_;
  BlockSegmenter& segmenter_;
  const raster::Job& job_;
  raster::Pixels pixels_;
  raster::PartWriter parts_;
  Clock::time_point start_ = Clock::now();
};

}  // namespace

int run_raster(const RasterSettings& given) {
  RasterSettings settings = given;
  raster::library();  // before anything takes long
  const RasterFiles files(settings.output);
  files.check(settings.save);
  auto raster = open_raster(settings);
  settings.hub.fetch(settings.model.string(), settings.quiet);
  Segmenter segmenter(settings.model, settings.model_options);
  settings.classes = segmenter.model().complete(settings.classes, settings.background);
  const ClassSet set(segmenter.model(), settings.classes, settings.text);
  segmenter.set_classes(set);
  BlockSegmenter blocks(segmenter.model(), set, raster.facts().height, raster.facts().width,
                        settings.protocol, settings.block);
  if (!settings.quiet) tell_of_raster(settings, raster, segmenter);
  warn_of_unknown_words(segmenter);
  const auto job = job_of(settings, raster, segmenter, blocks);
  if (settings.resume && !settings.shard && files.done(job)) {
    if (!settings.quiet) print_note(settings.output.string() + " is done already");
    if (settings.json && settings.save.report) print_result(read_file(files.report).text());
    return 0;
  }
  check_targets(job);
  stop_between_steps(
      {"stopping; finished blocks are kept",
       [] { return std::string("finished blocks are kept; the same command with --resume goes on"); }});
  return RasterRunner(settings, raster, blocks, job).run();
}

}  // namespace relprompt::cli
