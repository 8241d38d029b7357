// relprompt segment: the command line of the main job. segment_run.cpp does the job.
#include <algorithm>
#include <memory>
#include <thread>

#include "relprompt/error.h"

#include "commands.h"
#include "options_classes.h"
#include "options_decode.h"
#include "options_model.h"
#include "options_output.h"
#include "options_protocol.h"
#include "options_shard.h"
#include "segment_settings.h"
#include "usage.h"

namespace relprompt::cli {
namespace {

constexpr const char* kFooter =
    "Examples:\n"
    "  relprompt segment examples/scene.png -m models/demo -c \"red square, blue circle, grass;ground\" -o "
    "out\n"
    "  relprompt segment street.jpg -m openai/clip-vit-base-patch16 -c \"road, sky, car;vehicle, tree\" -o "
    "out\n"
    "  relprompt segment images/ -m my-model --vocabulary coco-stuff-171 -o out --save "
    "scores,overlay,labels,json\n"
    "  relprompt segment 'images/*.jpg' -m my-model -c @my-classes.txt -o out --unknown 0.3 --resume\n"
    "  relprompt segment dog.jpg -m clip-b16 -c \"dog;puppy\" -o out --templates imagenet\n"
    "  relprompt segment images/ -m clip-b16 -c \"dog, cat\" --background "
    "\"background;sky;wall;grass;floor\" "
    "--unknown 0.2 -o out\n"
    "  relprompt segment images/ -m rpn-voc --vocabulary voc-20 --seen auto -o out --json > run.json\n"
    "  relprompt segment 'shards/{000..127}.tar' -m clip-b16 -c \"road, sky\" -o out --resume\n"
    "  relprompt segment --manifest list.jsonl --shard 3/16 -m clip-b16 -c \"road, sky\" -o out --resume\n"
    "\n"
    "Shards may share the output folder or have one each; `relprompt merge` joins them.";

struct SegmentArguments {
  std::vector<std::string> inputs;
  ShardArguments list;
  ModelArguments model;
  ClassArguments classes;
  DecodeArguments decode;
  ProtocolArguments protocol;
  OutputArguments output;
  std::string image_member;
  int io_threads = 0;
};

/// As members are told apart: lower case, without a dot before it.
std::string image_member_of(std::string extension) {
  if (!extension.empty() && extension.front() == '.') extension.erase(0, 1);
  for (char& c : extension) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return extension;
}

/// On the CPU one: reading and writing an image take a fraction of a window. A GPU is done with an image
/// before one thread has read the next, or written the last.
int io_threads_of(int wanted, const std::string& device) {
  if (wanted > 0) return wanted;
  if (device == "cpu") return 1;
  return std::clamp(static_cast<int>(std::thread::hardware_concurrency()) / 2, 1, 8);
}

SegmentSettings resolve(const SegmentArguments& arguments) {
  arguments.list.check(arguments.inputs);
  if (arguments.inputs.empty() && arguments.list.manifest.empty()) {
    throw Error(ErrorCode::kBadArgument, "no image is given",
                "name files, folders or globs: relprompt segment images/ ...; @FILE is a list of them, - the "
                "standard "
                "input");
  }
  SegmentSettings settings;
  settings.inputs = arguments.inputs;
  settings.list = arguments.list;
  settings.shard = arguments.list.resolve(arguments.output.quiet);
  settings.model = arguments.model.model;
  settings.model_options = arguments.model.resolve();
  settings.hub = arguments.model.hub;
  settings.classes = arguments.classes.resolve_classes();
  settings.text = arguments.classes.resolve_text();
  settings.background = arguments.classes.resolve_background(settings.classes);
  settings.decode = arguments.decode.resolve();
  settings.io_threads = io_threads_of(arguments.io_threads, settings.model_options.device);
  settings.image_member = image_member_of(arguments.image_member);
  settings.protocol = arguments.protocol.resolve(settings.classes);
  settings.plan = arguments.output.resolve();
  settings.output = arguments.output.path();
  settings.resume = arguments.output.resume;
  settings.json = arguments.output.json;
  settings.quiet = arguments.output.quiet;
  return settings;
}

}  // namespace

Command add_segment(CLI::App& program) {
  const auto arguments = std::make_shared<SegmentArguments>();
  CLI::App* parser = program.add_subcommand("segment", "Label every pixel of images")->group("Commands");
  parser
      ->add_option(
          "INPUT", arguments->inputs,
          "images (JPEG, PNG, TIFF, WebP, BMP, HEIC, AVIF), folders of them, or quoted globs; folders are "
          "mirrored in "
          "the output. Or WebDataset tars: 'shards/{000..127}.tar', .tar.gz, .tar.zst. @FILE is a list of "
          "such inputs, one a line, @- the same on the standard input, and - "
          "an image there")
      ->option_text("...");
  arguments->list.add_to(*parser, "Input");
  parser
      ->add_option(
          "--image-member", arguments->image_member,
          "in tars, the extension of a sample's image, such as jpg or left.png [default: that of any "
          "image, of which a sample then has one]")
      ->option_text("EXT")
      ->group("Input");
  arguments->model.add_to(*parser);
  arguments->classes.add_to(*parser);
  arguments->decode.add_to(*parser);
  arguments->protocol.add_to(*parser);
  arguments->output.add_to(*parser);
  parser
      ->add_option("--io-threads", arguments->io_threads,
                   "threads that read images ahead, and as many that write results; for slow disks and fast "
                   "devices; not for tars [1 on the CPU, up to 8 on a GPU]")
      ->option_text("N")
      ->check(in_range(1, 64))
      ->group("Run");
  parser->footer(kFooter);
  return {parser, [arguments] { return run_segment(resolve(*arguments)); }};
}

}  // namespace relprompt::cli
