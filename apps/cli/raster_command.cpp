// relprompt raster: the command line. raster_run.cpp does the job.
#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "relprompt/blocks.h"
#include "relprompt/error.h"

#include "command_rows.h"
#include "commands.h"
#include "numbers.h"
#include "options_classes.h"
#include "options_decode.h"
#include "options_model.h"
#include "options_protocol.h"
#include "options_shard.h"
#include "raster_settings.h"
#include "usage.h"

namespace relprompt::cli {
namespace {

constexpr const char* kFooter =
    "The raster is read by GDAL: any format and path that it opens (gdalinfo shows whether it does), such "
    "as\n"
    "GeoTIFF, VRT, JPEG 2000, /vsizip/..., /vsicurl/https://..., /vsis3/.... It is not resized, so choose a\n"
    "raster or a --resolution in which things are as large, in pixels, as in the model's images. Memory "
    "does\n"
    "not grow with the raster. Labels equal those of the whole raster in one piece; a killed run goes on "
    "with\n"
    "--resume. GDAL comes with librelprompt-raster.so, an optional part.\n"
    "\n"
    "Examples:\n"
    "  relprompt raster examples/world.png -m models/demo --class-file examples/world_classes.txt -o "
    "labels.tif\n"
    "  relprompt raster ortho.tif -m my-model -c \"roof, road, tree, grass\" -o labels.tif --precision int8\n"
    "  relprompt raster sentinel.tif -m my-model -c \"water, forest, field, town\" -o labels.tif --bands "
    "4,3,2 --percentiles 2,98\n"
    "  relprompt raster ortho.vrt -m my-model -c \"roof, road, tree\" -o labels.tif --resolution 0.25 --save "
    "json,polygons --cog\n"
    "  relprompt raster ortho.tif -m my-model -c \"roof, road, tree\" -o labels.tif --shard 3/16 --resume\n"
    "\n"
    "`relprompt merge labels.tif` joins shards.";

struct RasterArguments {
  std::string input;
  ModelArguments model;
  ClassArguments classes;
  DecodeArguments decode;
  std::string percentiles;
  std::optional<double> nodata;
  double resolution = 0;
  ProtocolArguments protocol;
  int block = 2048;
  std::string output, save = "labels,json", compression = "deflate";
  bool cog = false;
  ShardArguments shard;
  bool resume = false, force = false, json = false, quiet = false;
};

std::optional<raster::Percentiles> percentiles_of(const RasterArguments& arguments) {
  if (arguments.percentiles.empty()) return std::nullopt;
  const auto ends = decimal_list(arguments.percentiles);
  if (!ends || ends->size() != 2 || !((*ends)[0] >= 0 && (*ends)[1] > (*ends)[0] && (*ends)[1] <= 100)) {
    throw Error(ErrorCode::kBadArgument,
                fmt::format("--percentiles {}: expected two numbers from 0 to 100 with a comma between, the "
                            "second above the first",
                            arguments.percentiles),
                "such as 2,98");
  }
  if (!arguments.decode.range.empty()) {
    throw Error(ErrorCode::kBadArgument, "--percentiles and --range both say what becomes black and white",
                "leave one of the two out");
  }
  return raster::Percentiles{(*ends)[0], (*ends)[1]};
}

raster::OutputFacts save_of(const RasterArguments& arguments) {
  const auto wanted = split_list(arguments.save);
  for (const std::string& name : wanted)
    require_one_of("--save", name, {"labels", "json", "polygons", "scores"});
  const auto has = [&](const char* name) {
    return std::find(wanted.begin(), wanted.end(), name) != wanted.end();
  };
  require_one_of("--compression", arguments.compression, {"deflate", "zstd", "lzw", "none"});
  raster::OutputFacts save;
  save.scores = has("scores");
  save.polygons = has("polygons");
  save.report = has("json");
  save.cog = arguments.cog;
  save.compression = arguments.compression;
  std::transform(save.compression.begin(), save.compression.end(), save.compression.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return save;
}

std::filesystem::path output_of(const RasterArguments& arguments) {
  if (arguments.output.empty()) {
    throw Error(ErrorCode::kBadArgument, "no output is given", "add -o labels.tif");
  }
  const std::filesystem::path output = arguments.output;
  const auto ending = output.extension();
  if (output.stem().empty() || (ending != ".tif" && ending != ".tiff")) {
    throw Error(ErrorCode::kBadArgument,
                fmt::format("-o {}: expected a name that ends in .tif, for a GeoTIFF", arguments.output));
  }
  return output;
}

RasterSettings resolve(const RasterArguments& arguments) {
  if (arguments.input.empty()) {
    throw Error(ErrorCode::kBadArgument, "no raster is given", "relprompt raster ortho.tif ...");
  }
  if (arguments.block % kBlockStep != 0) {
    throw Error(ErrorCode::kBadArgument,
                fmt::format("--block {}: expected a multiple of {}", arguments.block, kBlockStep));
  }
  RasterSettings settings;
  settings.input = arguments.input;
  settings.output = output_of(arguments);
  settings.model = arguments.model.model;
  settings.model_options = arguments.model.resolve();
  settings.hub = arguments.model.hub;
  settings.threads = arguments.model.threads;
  settings.classes = arguments.classes.resolve_classes();
  settings.text = arguments.classes.resolve_text();
  settings.background = arguments.classes.resolve_background(settings.classes);
  settings.decode = arguments.decode.resolve();
  settings.percentiles = percentiles_of(arguments);
  settings.nodata = arguments.nodata;
  settings.resolution = arguments.resolution;
  settings.protocol = arguments.protocol.resolve(settings.classes);
  settings.block = arguments.block;
  settings.save = save_of(arguments);
  settings.shard = arguments.shard.resolve(arguments.quiet);
  settings.resume = arguments.resume;
  settings.json = arguments.json;
  settings.quiet = arguments.quiet;
  return settings;
}

void add_reading(CLI::App& command, RasterArguments& arguments) {
  const std::string group = "Raster";
  command
      .add_option("--bands", arguments.decode.bands,
                  "bands that become red, green and blue, counted from 1, such as 4,3,2; one number for grey "
                  "[default: the declared colours, else the first three, or the first of fewer]")
      ->option_text("R,G,B")
      ->group(group);
  command
      .add_option("--range", arguments.decode.range,
                  "sample values that become black and white, such as 0,4095 [default: bytes stay as they "
                  "are; for other types see --percentiles]")
      ->option_text("MIN,MAX")
      ->group(group);
  command
      .add_option("--percentiles", arguments.percentiles,
                  "percentiles of each band's samples that become black and white, of up to 576 places of "
                  "64 x 64 pixels evenly over the raster [default: 2,98 unless samples are bytes]")
      ->option_text("LOW,HIGH")
      ->group(group);
  command
      .add_option(
          "--nodata", arguments.nodata,
          "pixels whose bands all have this value are no data, beside what the raster states (nodata, "
          "mask, alpha)")
      ->option_text("VALUE")
      ->group(group);
  command
      .add_option("--resolution", arguments.resolution,
                  "resample to pixels of so many ground units (metres, degrees, ... of the raster's system) "
                  "before anything else: averages where it shrinks, bilinear where it grows [default: the "
                  "raster's own]")
      ->option_text("UNITS")
      ->group(group)
      ->check(in_range(1e-12, 1e9));
}

void add_output(CLI::App& command, RasterArguments& arguments) {
  const std::string group = "Output";
  command
      .add_option(
          "-o,--output", arguments.output,
          "the label file, a tiled GeoTIFF; other files get its name with other endings. Older results "
          "of relprompt are replaced, files of others never")
      ->option_text("FILE.tif")
      ->group(group);
  command
      .add_option(
          "--save", arguments.save,
          "what is saved, between commas: labels (FILE.tif, always), json (FILE.json: an account), "
          "polygons (FILE.gpkg: areas of a class, with its name and area), scores (FILE.scores.tif: a "
          "band a class, score x 255) [default: labels,json]")
      ->option_text("LIST")
      ->group(group);
  suggest_words(*command.get_option("--save"), {"labels", "json", "polygons", "scores"});
  command
      .add_option("--compression", arguments.compression,
                  "of GeoTIFF: deflate, zstd, lzw or none [default: deflate]")
      ->option_text("NAME")
      ->group(group);
  suggest_words(*command.get_option("--compression"), {"deflate", "zstd", "lzw", "none"});
  command.add_flag("--cog", arguments.cog, "cloud optimized GeoTIFF, with overviews")->group(group);
  command
      .add_option("--block", arguments.block,
                  "side of the blocks that are computed and kept one by one, a multiple of 128; changes no "
                  "label [default: 2048]")
      ->option_text("PIXELS")
      ->group(group)
      ->check(in_range(kBlockStep, 16384));
  arguments.shard.add_shard_to(
      command, group,
      "work on the I-th of N parts of the raster, counted from 0, which `relprompt merge FILE.tif` joins; "
      "auto "
      "is what a Slurm array or an indexed Kubernetes job says [default: all of it]");
  command
      .add_flag("--resume", arguments.resume,
                "go on with the blocks that a run with the same raster, model, classes and options left")
      ->group(group);
  command
      .add_flag("--force", arguments.force,
                "as for other commands; changes nothing here, where older results of relprompt are replaced "
                "anyway")
      ->group(group);
  command.add_flag("--json", arguments.json, "the account as one JSON document on the standard output")
      ->group(group);
  command.add_flag("-q,--quiet", arguments.quiet, "no progress and no results on the screen, only problems")
      ->group(group);
}

}  // namespace

Command add_raster(CLI::App& program) {
  const auto arguments = std::make_shared<RasterArguments>();
  CLI::App* parser =
      program.add_subcommand("raster", "Label a georeferenced raster of any size")->group("Commands");
  parser->add_option("RASTER", arguments->input, "file, /vsi path or other name that GDAL opens")
      ->option_text(" ");
  arguments->model.add_to(*parser);
  arguments->classes.add_to(*parser);
  add_reading(*parser, *arguments);
  arguments->protocol.add_to(*parser);
  // What needs the whole image at once, or resizes it.
  for (const char* whole : {"--short-side", "--min-area", "--refine", "--scales", "--flip", "--max-pixels"})
    parser->remove_option(parser->get_option(whole));
  add_output(*parser, *arguments);
  parser->footer(kFooter);
  return {parser, [arguments] { return run_raster(resolve(*arguments)); }};
}

}  // namespace relprompt::cli
