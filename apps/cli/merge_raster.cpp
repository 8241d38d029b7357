#include "merge_raster.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "relprompt/error.h"

#include "base/paths.h"
#include "interrupt.h"
#include "numbers.h"
#include "raster_result.h"
#include "shards/journal_writer.h"
#include "terminal.h"

namespace relprompt::cli {
namespace {

namespace fs = std::filesystem;

std::vector<raster::PartJournal> open_parts(const std::vector<fs::path>& shards) {
  std::vector<raster::PartJournal> all;
  for (const auto& output : shards)
    for (auto& part : raster::parts_in(raster::parts_folder(output))) all.push_back(std::move(part));
  return all;
}

/// Facts without what may differ between machines: where the raster and the model lie there.
raster::Json shared_facts(const raster::PartJournal& part) {
  auto facts = part.facts;
  facts.erase("run");
  return facts;
}

void require_one_run(const std::vector<raster::PartJournal>& parts) {
  const auto& first = parts.front();
  for (const auto& part : parts) {
    if (shared_facts(part) == shared_facts(first) && part.shard.count == first.shard.count) continue;
    throw Error(ErrorCode::kBadArgument,
                fmt::format("{} and {} are of different runs", first.path.string(), part.path.string()),
                "merge the shards of one raster, model, class list and set of options");
  }
}

void require_whole(const std::vector<raster::PartJournal>& parts, const raster::Job& job) {
  std::vector<int> seen(parts.front().shard.count, 0);
  std::vector<std::string> wrong;
  for (const auto& part : parts) {
    shards::require_idle(part.path, part.shard);
    const auto [begin, end] = raster::blocks_of(part.shard, job.blocks.count());
    bool whole = part.ended;
    for (auto block = begin; whole && block < end; ++block) whole = part.blocks.count(block) > 0;
    if (!whole)
      wrong.push_back(fmt::format("{} is unfinished ({})", shards::name_of(part.shard), part.path.string()));
    if (++seen[part.shard.index] == 2)
      wrong.push_back(fmt::format("{} is there twice", shards::name_of(part.shard)));
  }
  std::vector<std::size_t> missing;
  for (std::size_t i = 0; i < seen.size() && missing.size() < 20; ++i)
    if (seen[i] == 0) missing.push_back(i);
  if (!missing.empty())
    wrong.push_back(fmt::format("of {} shards these are missing: {}", seen.size(), fmt::join(missing, ", ")));
  if (wrong.empty()) return;
  throw Error(ErrorCode::kUnreadable,
              fmt::format("the shards are not the whole raster: {}", fmt::join(wrong, "; ")),
              "the same commands with --resume finish them");
}

}  // namespace

bool are_raster_shards(const std::vector<fs::path>& outputs) {
  return std::any_of(outputs.begin(), outputs.end(),
                     [](const fs::path& output) { return is_folder(raster::parts_folder(output)); });
}

int merge_raster(const std::vector<fs::path>& shards, const fs::path& output, bool json, bool quiet) {
  const auto start = std::chrono::steady_clock::now();
  const auto parts = open_parts(shards);
  require_one_run(parts);
  const auto job = raster::job_of(parts.front().facts, parts.front().path.string());
  require_whole(parts, job);
  stop_between_steps({"stopping", [] { return std::string("the shards are as they were"); }});
  RasterRun run;
  run.shards = parts.size();
  run.threads = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  run.seconds = 0;
  Json report;
  try {
    report = write_raster_result(job, parts, output, run, raster_progress(quiet));
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kCancelled || interrupt_signal() == 0) throw;
    return 128 + interrupt_signal();
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (json) print_result(to_text(report));
  if (!quiet) {
    print_note(fmt::format("{}\n  wrote {} from {} in {}; the .parts folders of the shards can go",
                           raster_summary(report), output.string(), counted(parts.size(), "shard"),
                           duration(seconds)));
  }
  return 0;
}

}  // namespace relprompt::cli
