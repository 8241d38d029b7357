// relprompt merge: joins what the shards of one run left.
#include <memory>

#include <fmt/format.h>

#include "relprompt/error.h"
#include "relprompt/training.h"

#include "commands.h"
#include "merge_raster.h"
#include "merge_run.h"
#include "terminal.h"

namespace relprompt::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFooter =
    "Each shard was a command with --shard I/N. Shards that shared an output folder are joined in it:\n"
    "\n"
    "Examples:\n"
    "  for i in 0 1 2; do relprompt segment examples/ -m models/demo -c \"red square, grass\" --save "
    "labels,coco "
    "-o out --shard $i/3; done && relprompt merge out\n"
    "  relprompt merge all shards/0 shards/1 shards/2\n"
    "  relprompt merge reports/voc reports/voc-shard-*\n"
    "  relprompt merge labels.tif\n"
    "  relprompt merge labels.tif machine-*/labels.tif\n"
    "\n"
    "Of `segment` it writes the files about all images (coco.json, ...) and run.json, the account that "
    "--json\n"
    "prints of a whole run; the files of each image stay where they are. Of `eval` it writes the report, "
    "equal\n"
    "to that of one process to the last bit. Of `raster`, where OUT and SHARD are label files, it writes "
    "the\n"
    "labels and what else --save asked for, equal to those of one process. Shards that are missing,\n"
    "unfinished, there twice or of another run are named, and nothing is written then. Older results of\n"
    "relprompt are replaced, files of others never.";

struct MergeArguments {
  std::string output;
  std::vector<std::string> shards;
  bool json = false, quiet = false;
};

int merge_reports(const std::vector<fs::path>& folders, const MergeArguments& arguments) {
  const RunOutcome outcome = merge_evaluations(folders, arguments.output);
  if (arguments.json) {
    print_result(outcome.json + "\n");
  } else if (!arguments.quiet) {
    print_result(outcome.summary + "\n");
  }
  return 0;
}

int run(const MergeArguments& arguments) {
  if (arguments.output.empty()) {
    throw Error(ErrorCode::kBadArgument, "no folder is given",
                "relprompt merge OUT SHARD... joins shards in OUT");
  }
  std::vector<fs::path> folders(arguments.shards.begin(), arguments.shards.end());
  if (folders.empty()) folders.emplace_back(arguments.output);
  if (are_raster_shards(folders))
    return merge_raster(folders, arguments.output, arguments.json, arguments.quiet);
  const auto set = shards::open_shards(folders);
  const auto command = set.facts()["command"].get<std::string>();
  if (command == "segment") return merge_run(set, {arguments.output, arguments.json, arguments.quiet});
  if (command == "eval") return merge_reports(folders, arguments);
  throw Error(ErrorCode::kUnreadable,
              fmt::format("{}: expected shards of segment or eval, found those of \"{}\"",
                          set.journals.front().path.string(), command),
              "another version of relprompt may have made them");
}

}  // namespace

Command add_merge(CLI::App& program) {
  const auto arguments = std::make_shared<MergeArguments>();
  CLI::App* parser =
      program.add_subcommand("merge", "Join the results of shards (segment, eval and raster with --shard)")
          ->group("Commands");
  parser
      ->add_option("OUT", arguments->output,
                   "folder for the joined results, made if needed; of a raster the label file")
      ->option_text(" ");
  parser
      ->add_option("SHARD", arguments->shards,
                   "outputs of the shards, in any order; left out where they all shared OUT")
      ->option_text("...");
  parser->add_flag("--json", arguments->json,
                   "one JSON object on the standard output: what was joined, or the scores of an evaluation");
  parser->add_flag("-q,--quiet", arguments->quiet, "no result on the screen, only problems");
  parser->footer(kFooter);
  return {parser, [arguments] { return run(*arguments); }};
}

}  // namespace relprompt::cli
