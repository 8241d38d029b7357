#include "options_shard.h"

#include <fmt/format.h>

#include "relprompt/error.h"

#include "command_rows.h"
#include "terminal.h"

namespace relprompt::cli {

void ShardArguments::add_to(CLI::App& command, const std::string& group) {
  command
      .add_option(
          "--manifest", manifest,
          "list of the images: a path a line, or JSON lines with image, id, classes and seen; - is the "
          "standard input. Results are called by the id, which is the image's stem where none is given")
      ->option_text("FILE")
      ->group(group);
  add_shard_to(
      command, group,
      "work on the I-th of N parts of the list, counted from 0, which `relprompt merge` joins; none is "
      "all of it, auto what a Slurm array or an indexed Kubernetes job says [default: auto with "
      "--manifest, where there is such a job]");
}

void ShardArguments::add_shard_to(CLI::App& command, const std::string& group, const std::string& help) {
  command.add_option("--shard", shard, help)->option_text("I/N")->group(group);
  suggest_words(*command.get_option("--shard"), {"none", "auto"});
}

std::optional<shards::Shard> ShardArguments::resolve(bool quiet) const {
  // An array of tasks without a manifest is as often many runs of different settings: those stay whole.
  if (shard == "none" || (shard.empty() && manifest.empty())) return std::nullopt;
  if (!shard.empty() && shard != "auto") return shards::parse_shard(shard);
  const auto given = shards::shard_from_environment();
  if (!given && shard == "auto") {
    throw Error(ErrorCode::kBadArgument,
                "--shard auto: neither SLURM_ARRAY_TASK_ID nor JOB_COMPLETION_INDEX is set",
                "--shard I/N says which shard this is");
  }
  if (!given) return std::nullopt;
  if (!quiet) print_note(fmt::format("{}, by {}", shards::name_of(given->shard), given->how));
  return given->shard;
}

void ShardArguments::check(const std::vector<std::string>& inputs) const {
  if (manifest.empty() || inputs.empty()) return;
  throw Error(
      ErrorCode::kBadArgument,
      fmt::format("--manifest {} lists the images, and {} is given as well", manifest, inputs.front()),
      "add it to the manifest, or leave one of the two out");
}

std::string merge_advice(const std::optional<shards::Shard>& shard) {
  if (!shard) return "";
  return fmt::format("\n  this was {}: `relprompt merge` joins them when all are done",
                     shards::name_of(*shard));
}

}  // namespace relprompt::cli
