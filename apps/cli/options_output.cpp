#include "options_output.h"

#include "usage.h"

namespace relprompt::cli {

void OutputArguments::add_to(CLI::App& command) {
  const std::string group = "Output";
  command
      .add_option("-o,--output", folder,
                  "folder for the results; made if needed, older results of relprompt are replaced, "
                  "files of others never")
      ->option_text("DIR")
      ->group(group);
  command
      .add_option(
          "--save", save,
          "what each image gets, between commas: labels (STEM.labels.png, the label of every pixel), "
          "palette (STEM.palette.png, the same in colours), overlay (STEM.overlay.jpg, colours over the "
          "image with a legend), scores (STEM.scores.npy, [class, row, column]), json (STEM.json, pixel "
          "counts, protocol and timings; written last) [default: labels,overlay,json]")
      ->option_text("LIST")
      ->group(group);
  command
      .add_option("--scores-type", scores_type,
                  "numbers in STEM.scores.npy: float16 or float32 [default: float16]")
      ->option_text("TYPE")
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
  for (const std::string& kind : split_list(save)) {
    require_one_of("--save", kind, {"labels", "palette", "overlay", "scores", "json"});
    plan.labels |= kind == "labels";
    plan.palette |= kind == "palette";
    plan.overlay |= kind == "overlay";
    plan.scores |= kind == "scores";
    plan.report |= kind == "json";
  }
  return plan;
}

std::filesystem::path OutputArguments::path() const {
  const auto normal = std::filesystem::path(folder).lexically_normal();
  return normal.has_filename() || !normal.has_relative_path() ? normal : normal.parent_path();
}

}  // namespace relprompt::cli
