// relprompt world: scenes of the synthetic world as a data set on disk, as a sheet to look at, or both.
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <thread>

#include <fmt/format.h>

#include "relprompt/error.h"
#include "relprompt/output.h"

#include "base/json_read.h"
#include "base/own_files.h"
#include "commands.h"
#include "interrupt.h"
#include "json_report.h"
#include "numbers.h"
#include "options_force.h"
#include "progress.h"
#include "terminal.h"
#include "usage.h"
#include "world/names.h"
#include "world/scene_sheet.h"
#include "world/write_moving.h"
#include "world/write_set.h"

namespace relprompt::cli {
namespace {

constexpr const char* kFooter =
    "Examples:\n"
    "  relprompt world --sheet world.png\n"
    "  relprompt world --scenes 500 --seed 3 --size 96 -o scenes\n"
    "  relprompt world --moving 300 --seed 3 --speed 1.5 -o moving\n"
    "\n"
    "The folder is a data set of the kind \"folder\"; its README.txt shows the lines for a config. The same\n"
    "command goes on with an interrupted set. Seed and options fix every byte, whatever the threads.";

struct WorldArguments {
  world::Options options;
  std::int64_t scenes = 500, seed = 0;
  std::string split = "compositional", output, sheet;
  double train_share = 0.8;
  std::uint64_t moving = 0;
  double speed = 1.5;
  int still = 25;
  int threads = static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 1u, 64u));
  bool force = false, json = false, quiet = false;

  world::SetRecipe recipe() const {
    world::SetRecipe recipe;
    recipe.seed = static_cast<std::uint64_t>(seed);
    const auto all = static_cast<std::uint64_t>(scenes);
    recipe.train = std::min(all, static_cast<std::uint64_t>(static_cast<double>(all) * train_share + 0.5));
    recipe.val = all - recipe.train;
    recipe.options = options;
    recipe.split = split;
    world::check(recipe);
    return recipe;
  }
};

void write_sheet(const WorldArguments& arguments) {
  const std::filesystem::path file(arguments.sheet);
  const bool jpg = file.extension() == ".jpg" || file.extension() == ".jpeg";
  if (!jpg && file.extension() != ".png") {
    throw Error(ErrorCode::kBadArgument, fmt::format("--sheet {}: expected a name that ends in .png or .jpg",
                                                     printable(arguments.sheet)));
  }
  const Image sheet = world::draw_scene_sheet(static_cast<std::uint64_t>(arguments.seed), arguments.options);
  write_image(file, sheet);
  if (!arguments.quiet) print_note(printable(fmt::format("wrote {}", arguments.sheet)));
}

Json json_of(const WorldArguments& arguments, const world::SetRecipe& recipe, const world::WrittenSet& set) {
  Json document;
  document["folder"] = arguments.output;
  document["complete"] = set.complete;
  document["made"] = set.made;
  document["kept"] = set.kept;
  document["recipe"] = reread_json(world::as_json(recipe));
  return document;
}

world::WrittenSet write_folder(const WorldArguments& arguments, const world::SetRecipe& recipe) {
  Progress progress(recipe.train + recipe.val,
                    arguments.quiet ? Progress::Style::kNone : Progress::style_for_stderr());
  std::uint64_t made = 0;
  return world::write_set(
      arguments.output, recipe, arguments.threads,
      [&](const world::WrittenSet& so_far) {
        so_far.made > made ? progress.end() : progress.skip();
        made = so_far.made;
        return interrupt_signal() == 0;
      },
      arguments.force);
}

int make_set(const WorldArguments& arguments, const world::SetRecipe& recipe) {
  stop_between_steps({"stopping after this scene",
                      [] { return std::string("finished scenes are kept; the same command goes on"); }});
  const world::WrittenSet set = write_folder(arguments, recipe);
  if (arguments.json) print_result(to_text(json_of(arguments, recipe, set)));
  if (!set.complete) {
    print_note(fmt::format("interrupted: {} of {} are there\n  the same command goes on", set.made + set.kept,
                           counted(recipe.train + recipe.val, "scene")));
    return 128 + interrupt_signal();
  }
  if (arguments.json || arguments.quiet) return 0;
  const std::string kept = set.kept == 0 ? "" : fmt::format(", {} of them made before", set.kept);
  print_result(fmt::format("wrote {} to {}: {} to train with, {} to test{}\n",
                           counted(recipe.train + recipe.val, "scene"), printable(arguments.output),
                           recipe.train, recipe.val, kept));
  return 0;
}

int make_moving(const WorldArguments& arguments) {
  if (arguments.output.empty()) {
    throw Error(ErrorCode::kBadArgument, "--moving writes a folder, and none is given", "add -o DIR");
  }
  const world::MotionOptions options{arguments.options, arguments.speed, arguments.still};
  Progress progress(arguments.moving, arguments.quiet ? Progress::Style::kNone : Progress::style_for_stderr(),
                    "frames");
  stop_between_steps(
      {"stopping after this frame", [] { return std::string("the same command begins anew"); }});
  const auto written = world::write_moving(arguments.output, static_cast<std::uint64_t>(arguments.seed),
                                           options, arguments.moving, [&](std::uint64_t) {
                                             progress.end();
                                             return interrupt_signal() == 0;
                                           });
  progress.clear();
  if (written < arguments.moving) return 128 + interrupt_signal();
  if (!arguments.quiet)
    print_result(fmt::format("wrote {} to {}\n", counted(written, "frame"), printable(arguments.output)));
  return 0;
}

int run(const WorldArguments& arguments) {
  if (arguments.moving > 0) return make_moving(arguments);
  if (arguments.output.empty() && arguments.sheet.empty()) {
    throw Error(ErrorCode::kBadArgument, "there is nothing to write",
                "add -o DIR for a data set, or --sheet FILE.png to look at scenes");
  }
  if (arguments.output.empty() && arguments.json) {
    throw Error(ErrorCode::kBadArgument, "--json tells about a data set, and none is written", "add -o DIR");
  }
  const world::SetRecipe recipe = arguments.recipe();
  if (!arguments.sheet.empty()) require_free({arguments.sheet}, arguments.force);
  if (!arguments.sheet.empty()) write_sheet(arguments);
  return arguments.output.empty() ? 0 : make_set(arguments, recipe);
}

void add_scene_options(CLI::App& parser, WorldArguments& arguments) {
  const std::string group = "Scenes";
  const auto number = [&](const char* name, auto& value, double low, double high, const char* help) {
    parser.add_option(name, value, help)->option_text("N")->check(in_range(low, high))->group(group);
  };
  world::Options& options = arguments.options;
  number("--seed", arguments.seed, 0, 9e15, "the same seed gives the same scenes everywhere [default: 0]");
  number("--size", options.size, world::kSmallestScene, world::kLargestScene,
         "pixels a side; objects grow with it, patterns do not [default: 96]");
  number("--min-objects", options.min_objects, 0, world::kMostObjects, "in a scene, at least [default: 1]");
  number("--max-objects", options.max_objects, 0, world::kMostObjects,
         "in a scene, at most; fewer where no more find room [default: 4]");
  number("--two-grounds", options.two_grounds, 0, 100,
         "percent of the scenes that have two backgrounds [default: 30]");
  number("--noise", options.noise, 0, 64, "largest change of a colour by noise, of 255 [default: 8]");
}

void add_motion_options(CLI::App& parser, WorldArguments& arguments) {
  const std::string group = "Motion";
  parser
      .add_option("--moving", arguments.moving,
                  "instead of a set, so many frames of one scene in motion with their masks: DIR/frames and "
                  "DIR/truth, for `relprompt video DIR/frames --truth DIR/truth`")
      ->option_text("FRAMES")
      ->check(in_range(1, 999999))
      ->group(group);
  parser.add_option("--speed", arguments.speed, "of the fastest object, pixels a frame [default: 1.5]")
      ->option_text("PIXELS")
      ->check(in_range(0, 16))
      ->group(group);
  parser.add_option("--still", arguments.still, "percent of the time that nothing moves [default: 25]")
      ->option_text("N")
      ->check(in_range(0, 100))
      ->group(group);
}

void add_set_options(CLI::App& parser, WorldArguments& arguments) {
  const std::string group = "Set";
  parser
      .add_option("-o,--output", arguments.output,
                  "folder for the data set: a new one, or one that this command was interrupted in")
      ->option_text("DIR")
      ->group(group);
  parser.add_option("--scenes", arguments.scenes, "in the set [default: 500]")
      ->option_text("N")
      ->check(in_range(1, static_cast<double>(world::kMostScenes)))
      ->group(group);
  parser
      .add_option("--train-share", arguments.train_share,
                  "of the scenes, the first ones; the others are to test [default: 0.8]")
      ->option_text("SHARE")
      ->check(in_range(0, 1))
      ->group(group);
  std::string help = "which classes count as unseen:";
  for (const world::Split& split : world::splits())
    help += fmt::format(" {} ({});", split.name, split.description);
  help.back() = ' ';
  parser.add_option("--split", arguments.split, help + "[default: compositional]")
      ->option_text("NAME")
      ->group(group);
  parser.add_option("--threads", arguments.threads, "that write scenes [default: all of the machine]")
      ->option_text("N")
      ->check(in_range(1, 256))
      ->group(group);
}

}  // namespace

Command add_world(CLI::App& program) {
  const auto arguments = std::make_shared<WorldArguments>();
  CLI::App* parser =
      program.add_subcommand("world", "Make scenes of a synthetic world: a data set with exact masks")
          ->group("Commands");
  add_scene_options(*parser, *arguments);
  add_set_options(*parser, *arguments);
  add_motion_options(*parser, *arguments);
  parser
      ->add_option("--sheet", arguments->sheet,
                   "image (.png or .jpg) of the first 24 scenes with masks and captions")
      ->option_text("FILE");
  add_force(*parser, arguments->force, "a set or image");
  parser->add_flag("--json", arguments->json, "one JSON document about the set on the standard output");
  parser->add_flag("-q,--quiet", arguments->quiet, "no progress and no results on the screen, only problems");
  parser->footer(kFooter);
  return {parser, [arguments] { return run(*arguments); }};
}

}  // namespace relprompt::cli
