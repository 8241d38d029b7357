#include "analyze_options.h"

#include <fmt/format.h>

#include "relprompt/error.h"
#include "relprompt/version.h"

#include "base/own_files.h"
#include "model_notes.h"
#include "options_force.h"
#include "terminal.h"
#include "unknown_words.h"
#include "usage.h"

namespace relprompt::cli {
namespace {

/// Here one bad input is an error: a comparison over fewer images than were named would mislead.
std::vector<ListedImage> images_of(const AnalyzeArguments& arguments, const std::filesystem::path& output) {
  if (arguments.inputs.empty()) {
    throw Error(ErrorCode::kBadArgument, "no image is given", "name files, folders or quoted globs");
  }
  ImageList list = list_images(arguments.inputs, output);
  list.failures.insert(list.failures.end(), list.skipped.begin(), list.skipped.end());
  if (!list.failures.empty()) throw Error(list.failures.front().code, list.failures.front().message);
  return std::move(list.images);
}

}  // namespace

void AnalyzeArguments::add_to(CLI::App& command) {
  command
      .add_option("INPUT", inputs,
                  "images (JPEG, PNG, TIFF, WebP, BMP, HEIC, AVIF), folders of them, quoted globs, or @FILE "
                  "with one a line")
      ->option_text("...");
  model.add_to(command);
  classes.add_to(command);
  decode.add_to(command);
  const std::string group = "Output";
  command.add_option("-o,--output", output, "folder for the results; made if needed")
      ->option_text("DIR")
      ->group(group);
  add_force(command, force, "results", group);
  command.add_flag("--json", json, "one JSON document about the results on the standard output")
      ->group(group);
  command.add_flag("-q,--quiet", quiet, "no progress and no results on the screen, only problems")
      ->group(group);
}

std::filesystem::path AnalyzeArguments::output_path() const {
  if (output.empty()) {
    throw Error(ErrorCode::kBadArgument, "no output folder is given", "add -o DIR; it is made if needed");
  }
  const auto normal = std::filesystem::path(output).lexically_normal();
  return normal.has_filename() || !normal.has_relative_path() ? normal : normal.parent_path();
}

void add_view_option(CLI::App& command, int& short_side) {
  command
      .add_option("--short-side", short_side,
                  "pixels that the image's shorter side becomes; the tower sees the whole resized image as "
                  "one window [default: the window of the model's protocol]")
      ->option_text("N")
      ->group("Protocol")
      ->check(in_range(1, 65536));
}

AnalyzeJob::AnalyzeJob(const AnalyzeArguments& arguments, const Files& files)
    : arguments_(arguments),
      model_options_(arguments.model.resolve()),
      classes_(arguments.classes.resolve_classes()),
      text_(arguments.classes.resolve_text()),
      decode_(arguments.decode.resolve()),
      output_(arguments.output_path()),
      folder_(output_),
      images_(images_of(arguments, output_)) {
  require_free(files(output_, images_), arguments.force);
  arguments.model.fetch(arguments.quiet);
  segmenter_ = std::make_unique<Segmenter>(arguments.model.model, model_options_);
  classes_ = segmenter_->model().complete(classes_, arguments.classes.resolve_background(classes_));
  segmenter_->set_classes(classes_, text_);
  if (!arguments_.quiet) print_model_notes(segmenter_->model().notes());
  warn_of_unknown_words(*segmenter_);
}

Segmenter AnalyzeJob::open(const std::filesystem::path& path, bool training_free) const {
  ModelOptions options = model_options_;
  options.training_free = training_free;
  if (path != arguments_.model.model) {  // they are about --model
    options.towers = {};
    options.head.clear();
    arguments_.model.hub.fetch(path.string(), arguments_.quiet);
  }
  Segmenter other(path, options);
  other.set_classes(classes_, text_);
  return other;
}

Image AnalyzeJob::read(const ListedImage& listed) {
  Image image = read_image(listed.path, decode_);
  if (!arguments_.quiet) notes_.tell(listed.input, image.notes);
  return image;
}

Progress::Style AnalyzeJob::progress_style() const {
  return arguments_.quiet ? Progress::Style::kNone : Progress::style_for_stderr();
}

Json AnalyzeJob::facts() const {
  return {{"program", {{"name", "relprompt"}, {"version", RELPROMPT_VERSION}}},
          {"model",
           {{"path", arguments_.model.model},
            {"sha256", segmenter_->model_hash()},
            {"variant", segmenter_->variant()},
            {"device", model_options_.device},
            {"precision", model_options_.precision}}},
          {"classes", classes_.names},
          {"unknown_words", segmenter_->unknown_words()}};
}

void AnalyzeJob::report(const Json& document, const std::vector<std::filesystem::path>& files) const {
  if (arguments_.json) print_result(to_text(document));
  if (arguments_.json || arguments_.quiet) return;
  for (const auto& file : files) print_note(printable(fmt::format("wrote {}", file.string())));
}

}  // namespace relprompt::cli
