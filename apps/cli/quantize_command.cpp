// relprompt quantize: images of the kind that a model will see make its int8 inference closer to fp32.
#include <functional>
#include <memory>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "relprompt/error.h"
#include "relprompt/quantization.h"

#include "commands.h"
#include "image_list.h"
#include "json_report.h"
#include "numbers.h"
#include "options_classes.h"
#include "options_decode.h"
#include "options_force.h"
#include "options_model.h"
#include "options_shard.h"
#include "progress.h"
#include "shard_images.h"
#include "terminal.h"
#include "usage.h"

namespace relprompt::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFooter =
    "--precision int8 needs no preparation; this makes its labels agree with fp32 more often. Half of the\n"
    "images (at least 2, better 20) give the means of what enters the layers, the other half shows what "
    "came\n"
    "of it. The classes matter little, but should be of the kind that will be asked for. The result is a\n"
    "model folder that needs no other file; with --force DIR may be the model's own folder.\n"
    "\n"
    "Examples:\n"
    "  relprompt world -o scenes --scenes 40 && relprompt quantize scenes/images -m models/demo --class-file "
    "scenes/classes.txt -o demo-int8\n"
    "  relprompt quantize images/ -m rpn-voc --vocabulary voc-20 -o rpn-voc-int8\n"
    "  relprompt quantize images/ -m rpn-voc --vocabulary voc-20 -o rpn-voc-int8 --agreement 0.995\n"
    "  relprompt quantize --manifest list.txt -m rpn-voc --vocabulary voc-20 -o rpn-voc-int8\n"
    "  relprompt segment street.jpg -m rpn-voc-int8 --precision int8 --classes \"road, sky, car\" -o out";

struct QuantizeArguments {
  std::vector<std::string> inputs;
  ShardArguments shard;
  ModelArguments model;
  ClassArguments classes;
  DecodeArguments decode;
  std::string output;
  std::size_t most_images = 32;
  double agreement = 0;
  bool force = false, json = false, quiet = false;
};

/// At most so many images, spread evenly over the list. Here one bad input is an error.
std::vector<fs::path> images_of(const QuantizeArguments& arguments) {
  arguments.shard.check(arguments.inputs);
  if (arguments.inputs.empty() && arguments.shard.manifest.empty()) {
    throw Error(ErrorCode::kBadArgument, "no image is given", "name files, folders or quoted globs");
  }
  for (const std::string& input : arguments.inputs) {
    if (input == "-") {
      throw Error(ErrorCode::kBadArgument, "- is one image, and quantize needs several",
                  "name files, folders or quoted globs; @- reads a list of them from the standard input");
    }
  }
  const auto shard = arguments.shard.resolve(arguments.quiet);
  const auto listed = list_images(arguments.shard, arguments.inputs, shard, arguments.output);
  if (!listed.own.empty()) {
    throw Error(
        ErrorCode::kBadArgument,
        fmt::format("{}, line {}: expected no classes and no seen: the model is refined for one class list",
                    arguments.shard.manifest, listed.own.front().line));
  }
  const ImageList& list = listed.list;
  if (!list.failures.empty()) throw Error(list.failures.front().code, list.failures.front().message);
  if (!arguments.quiet) note_unreadable(list);
  const std::size_t count = std::min(arguments.most_images, list.images.size());
  std::vector<fs::path> images;
  for (std::size_t i = 0; i < count; ++i) images.push_back(list.images[i * list.images.size() / count].path);
  return images;
}

/// A bar a pass.
class PassProgress {
 public:
  explicit PassProgress(bool quiet) : style_(quiet ? Progress::Style::kNone : Progress::style_for_stderr()) {}

  void operator()(const std::string& pass, std::size_t done, std::size_t total) {
    if (done == 0) {
      bar_.emplace(total, style_);
    } else {
      bar_->end();
    }
    if (done < total) bar_->begin(pass);
    if (done == total) bar_.reset();
  }

 private:
  Progress::Style style_;
  std::optional<Progress> bar_;
};

void tell(const QuantizeArguments& arguments, const QuantizeReport& report) {
  if (arguments.json) {
    const Json document = {{"model", arguments.output},
                           {"calibration_images", report.calibration_images},
                           {"tested_images", report.tested_images},
                           {"agreement_before", report.before},
                           {"agreement_after", report.after},
                           {"means", report.means},
                           {"layers_in_bf16", report.layers_in_bf16},
                           {"notes", report.notes},
                           {"reached", report.reached}};
    print_result(to_text(document));
  } else if (!arguments.quiet) {
    print_result(
        fmt::format("{:.2f} % of the pixels of {} are labelled as by fp32, {:.2f} % before\nwrote {}\n",
                    100 * report.after, counted(report.tested_images, "image"), 100 * report.before,
                    printable(arguments.output)));
    if (!report.means) print_note("means are left out: the calibration images agree more without them");
    if (!report.layers_in_bf16.empty()) {
      print_note(fmt::format("in bfloat16: {} {}", report.layers_in_bf16.size() == 1 ? "layer" : "layers",
                             fmt::join(report.layers_in_bf16, ", ")));
    }
  }
  if (!arguments.quiet) {
    for (const std::string& note : report.notes) print_note(note);
  }
  if (!report.reached) {
    print_warning(fmt::format("{} is not reached on the calibration images with every layer in bfloat16",
                              arguments.agreement));
  }
  if (report.means && report.after < report.before) {
    print_warning("the refined model agrees less than before on the tested images; take more images");
  }
}

int run(const QuantizeArguments& arguments) {
  if (arguments.output.empty()) {
    throw Error(ErrorCode::kBadArgument, "no output folder is given",
                "add -o DIR, the model folder to be made");
  }
  auto classes = arguments.classes.resolve_classes();
  const auto background = arguments.classes.resolve_background(classes).background;
  if (!background.empty()) classes = with_background(classes, background);
  const auto model = arguments.model.resolve();
  QuantizeOptions options;
  options.text = arguments.classes.resolve_text();
  options.decode = arguments.decode.resolve();
  options.vocab = model.vocab;
  options.threads = model.threads;
  options.towers = model.towers;
  options.agreement = arguments.agreement;
  options.replace = arguments.force;
  arguments.model.fetch(arguments.quiet);
  PassProgress progress(arguments.quiet);
  tell(arguments, quantize_model(arguments.model.model, arguments.output, classes, images_of(arguments),
                                 options, std::ref(progress)));
  return 0;
}

}  // namespace

Command add_quantize(CLI::App& program) {
  const auto arguments = std::make_shared<QuantizeArguments>();
  CLI::App* parser =
      program.add_subcommand("quantize", "Refine a model's int8 inference on images")->group("Commands");
  parser
      ->add_option("INPUT", arguments->inputs,
                   "images (JPEG, PNG, TIFF, WebP, BMP, HEIC, AVIF), folders of them, quoted globs, or @FILE "
                   "with one a line")
      ->option_text("...");
  arguments->shard.add_to(*parser, "Input");
  arguments->model.add_to(*parser);
  for (const char* fixed : {"--precision", "--device", "--head", "--training-free"})
    parser->remove_option(parser->get_option(fixed));
  arguments->classes.add_to(*parser);
  arguments->decode.add_to(*parser);
  parser->add_option("-o,--output", arguments->output, "model folder to be made; appears whole or not at all")
      ->option_text("DIR");
  parser
      ->add_option("--images", arguments->most_images,
                   "use at most so many of the images, spread evenly over the list [default: 32]")
      ->option_text("N")
      ->check(in_range(1, 100000));
  parser
      ->add_option("--agreement", arguments->agreement,
                   "keep layers in bfloat16, the most sensitive ones first, until so large a share of pixels "
                   "is labelled as by fp32, such as 0.995; costs speed [default: none is kept]")
      ->option_text("SHARE")
      ->check(in_range(0, 1));
  add_force(*parser, arguments->force, "a model");
  parser->add_flag("--json", arguments->json, "one JSON object about the result on the standard output");
  parser->add_flag("-q,--quiet", arguments->quiet, "no progress and no result on the screen, only problems");
  parser->footer(kFooter);
  return {parser, [arguments] { return run(*arguments); }};
}

}  // namespace relprompt::cli
