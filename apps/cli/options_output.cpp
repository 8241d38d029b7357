#include "options_output.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "relprompt/output.h"

#include "command_rows.h"
#include "usage.h"

namespace relprompt::cli {
namespace {

std::vector<std::string> files_of(const OutputFormat& format) {
  std::vector<std::string> files = format.run_files;
  if (!format.image_file.empty()) files.insert(files.begin(), "STEM" + format.image_file);
  return files;
}

/// The help of --save: every format of the library.
std::string save_text() {
  std::vector<std::string> entries;
  for (const auto& format : output_formats())
    entries.push_back(
        fmt::format("{} ({}: {})", format.name, fmt::join(files_of(format), ", "), format.about));
  return fmt::format(
      "what is saved, between commas; STEM files are written for each image, the others once for the run: "
      "{} [default: labels,overlay,json]",
      fmt::join(entries, "; "));
}

}  // namespace

bool OutputPlan::has(const std::string& format) const {
  return std::find(formats.begin(), formats.end(), format) != formats.end();
}

void OutputArguments::add_to(CLI::App& command) {
  const std::string group = "Output";
  command
      .add_option("-o,--output", folder,
                  "folder for the results; made if needed, older results of relprompt are replaced, "
                  "files of others never")
      ->option_text("DIR")
      ->group(group);
  std::vector<std::string> formats;
  for (const auto& format : output_formats()) formats.push_back(format.name);
  suggest_words(*command.add_option("--save", save, save_text())->option_text("LIST")->group(group), formats);
  command
      .add_option("--scores-type", scores_type,
                  "numbers in STEM.scores.npy: float16 or float32 [default: float16]")
      ->option_text("TYPE")
      ->group(group);
  suggest_words(*command.get_option("--scores-type"), {"float16", "float32"});
  command
      .add_option("--simplify", simplify,
                  "leave out corners of polygons that lie within so many pixels of the line between the "
                  "others (Douglas-Peucker) [default: 0, the exact outline]")
      ->option_text("PIXELS")
      ->check(in_range(0, 1e6))
      ->group(group);
  command
      .add_option("--min-polygon", min_polygon,
                  "leave out polygons of fewer pixels, and fill such holes [default: 0]")
      ->option_text("PIXELS")
      ->group(group);
  command
      .add_option("--overlay-opacity", opacity,
                  "of the colours in overlays: 0 is the image alone, 1 the colours alone [default: 0.5]")
      ->option_text("SHARE")
      ->check(in_range(0, 1))
      ->group(group);
  command
      .add_flag("--no-region-names", no_region_names,
                "do not write the names of classes into their regions of overlays")
      ->group(group);
  command
      .add_flag("--resume", resume,
                "skip images whose files are all there and were made from the same file with the same model, "
                "classes and protocol")
      ->group(group);
  command
      .add_flag("--force", force,
                "as for other commands; changes nothing here, where older results of relprompt are replaced "
                "anyway")
      ->group(group);
  command.add_flag("--json", json, "one JSON document about the whole run on the standard output")
      ->group(group);
  command.add_flag("-q,--quiet", quiet, "no progress and no results on the screen, only problems")
      ->group(group);
}

OutputPlan OutputArguments::resolve() const {
  if (folder.empty()) {
    throw Error(ErrorCode::kBadArgument, "no output folder is given", "add -o DIR; it is made if needed");
  }
  require_one_of("--scores-type", scores_type, {"float16", "float32"});
  OutputPlan plan;
  plan.float32_scores = scores_type == "float32";
  plan.options.simplify = simplify;
  plan.options.min_polygon = min_polygon;
  plan.options.overlay.alpha = static_cast<float>(opacity);
  plan.options.overlay.region_names = !no_region_names;
  std::vector<std::string> names;
  for (const auto& format : output_formats()) names.push_back(format.name);
  const auto wanted = split_list(save);
  for (const std::string& name : wanted) require_one_of("--save", name, names);
  for (const std::string& name : names)
    if (std::find(wanted.begin(), wanted.end(), name) != wanted.end()) plan.formats.push_back(name);
  return plan;
}

std::filesystem::path OutputArguments::path() const {
  const auto normal = std::filesystem::path(folder).lexically_normal();
  return normal.has_filename() || !normal.has_relative_path() ? normal : normal.parent_path();
}

}  // namespace relprompt::cli
