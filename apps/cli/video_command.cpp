// relprompt video: the command line. video_run.cpp does the job.
#include <cmath>
#include <memory>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "command_rows.h"
#include "commands.h"
#include "numbers.h"
#include "options_classes.h"
#include "options_model.h"
#include "options_protocol.h"
#include "terminal.h"
#include "usage.h"
#include "video_settings.h"

namespace relprompt::cli {
namespace {

constexpr const char* kFooter =
    "Examples:\n"
    "  relprompt video examples/moving.mkv -m models/demo --class-file examples/world_classes.txt -o out\n"
    "  relprompt video drive.mp4 -m clip-b16 -c \"road, sky, car;vehicle, tree\" -o out --resume\n"
    "  relprompt video drive.mp4 -m clip-b16 -c \"road, sky\" -o out --smooth 0.7 --flow\n"
    "  relprompt video drive.mp4 -m clip-b16 -c \"road, sky\" -o out --every 5\n"
    "  relprompt video 'frames/%06d.png' --fps 10 -m clip-b16 -c \"road, sky\" -o out --save labels\n"
    "  relprompt video camera:0 -m clip-b16 -c \"person, wall\" -o out --frames 500\n"
    "  some-program | relprompt video - --raw 640x480 --fps 30 -m clip-b16 -c \"road, sky\" -o out\n"
    "\n"
    "Without --smooth and --every the labels of each frame are those that `relprompt segment` gives the\n"
    "frame as an image. Frames that cannot be decoded are counted and named, and the exit status is 3.";

const std::vector<std::string> kKinds = {"overlay", "labels-video", "json", "timeline", "labels", "frames"};

struct VideoArguments {
  std::string input, raw, reuse = "0", save = "overlay,labels-video,json,timeline", folder, truth;
  double fps = 0, smooth = 0, opacity = 0.5;
  bool live = false, flow = false, no_region_names = false, no_legend = false;
  bool resume = false, force = false, json = false, quiet = false;
  std::uint64_t every = 1, frames = 0;
  ModelArguments model;
  ClassArguments classes;
  ProtocolArguments protocol;
};

void add_input_options(CLI::App& parser, VideoArguments& arguments) {
  const std::string group = "Input";
  parser
      .add_option("INPUT", arguments.input,
                  "a video; a folder of images or a numbered pattern such as 'frames/%06d.png'; camera:0 or "
                  "/dev/video0; - for raw frames on the standard input")
      ->option_text(" ");
  parser
      .add_option("--raw", arguments.raw,
                  "frames on the standard input are of this size, three bytes a pixel: red, green, blue")
      ->option_text("WxH")
      ->group(group);
  parser
      .add_option("--fps", arguments.fps,
                  "frames a second of images and raw frames, which do not say it [default: 25]")
      ->option_text("RATE")
      ->check(in_range(0.01, 1000))
      ->group(group);
  parser
      .add_flag("--live", arguments.live,
                "the standard input does not wait: label its newest frame, drop and count those that arrive "
                "meanwhile. Cameras are always read so")
      ->group(group);
  parser.add_option("--frames", arguments.frames, "stop after so many frames [default: all]")
      ->option_text("N")
      ->check(in_range(1, 1e12))
      ->group(group);
}

void add_frame_options(CLI::App& parser, VideoArguments& arguments) {
  const std::string group = "Frames";
  parser
      .add_option(
          "--smooth", arguments.smooth,
          "weight of the frames before in an exponential mean of the scores, 0 to below 1 [default: 0]")
      ->option_text("A")
      ->check(in_range(0, 0.999))
      ->group(group);
  parser
      .add_flag(
          "--flow", arguments.flow,
          "take the mean of --smooth along the optical flow; where the flow there and back do not agree "
          "a frame's own scores stand alone")
      ->group(group);
  parser
      .add_option(
          "--every", arguments.every,
          "compute every K-th frame and carry its labels over those between along the optical flow; a "
          "frame where more than 30 percent of the flow do not agree is computed [default: 1]")
      ->option_text("K")
      ->check(in_range(1, 1000))
      ->group(group);
  parser
      .add_option(
          "--reuse", arguments.reuse,
          "do not compute a window again while no channel of its pixels is farther than T, of 255, from "
          "those that it was computed from; 0 changes no label; off computes every window [default: 0]")
      ->option_text("T")
      ->group(group);
}

void add_output_options(CLI::App& parser, VideoArguments& arguments) {
  const std::string group = "Output";
  parser
      .add_option("-o,--output", arguments.folder,
                  "folder for the results; made if needed, older results of relprompt are replaced, files of "
                  "others never")
      ->option_text("DIR")
      ->group(group);
  suggest_words(
      *parser
           .add_option(
               "--save", arguments.save,
               "what is saved, between commas: overlay (overlay.mkv), labels-video (labels.mkv, lossless), "
               "json (frames.jsonl, a line for each frame), timeline (timeline.png, shares of the classes), "
               "labels (000001.labels.png, ...), frames (000001.png, ...) "
               "[default: overlay,labels-video,json,timeline]")
           ->option_text("LIST")
           ->group(group),
      kKinds);
  parser
      .add_option("--overlay-opacity", arguments.opacity,
                  "of the colours in the overlay: 0 is the image alone, 1 the colours alone [default: 0.5]")
      ->option_text("SHARE")
      ->check(in_range(0, 1))
      ->group(group);
  parser
      .add_flag("--no-region-names", arguments.no_region_names,
                "do not write the names of classes into their regions of the overlay")
      ->group(group);
  parser
      .add_flag("--no-legend", arguments.no_legend,
                "overlay without a legend: exactly as large as the frames")
      ->group(group);
  parser
      .add_option("--truth", arguments.truth,
                  "folder of masks 000001.png, ...: adds mIoU, accuracy and flicker to run.json; needs "
                  "labels-video and json")
      ->option_text("DIR")
      ->group(group);
  parser
      .add_flag("--resume", arguments.resume,
                "go on after the last finished group of frames, if the video, model, classes and options are "
                "the same")
      ->group(group);
  parser
      .add_flag("--force", arguments.force,
                "as for other commands; changes nothing here, where older results of relprompt are replaced "
                "anyway")
      ->group(group);
  parser.add_flag("--json", arguments.json, "run.json on the standard output as well")->group(group);
  parser.add_flag("-q,--quiet", arguments.quiet, "no progress and no results on the screen, only problems")
      ->group(group);
}

VideoPlan plan_of(const VideoArguments& arguments) {
  VideoPlan plan;
  plan.overlay = plan.labels_video = plan.timeline = plan.json = false;
  for (const std::string& name : split_list(arguments.save)) {
    require_one_of("--save", name, kKinds);
    if (name == "overlay") plan.overlay = true;
    if (name == "labels-video") plan.labels_video = true;
    if (name == "json") plan.json = true;
    if (name == "timeline") plan.timeline = true;
    if (name == "labels") plan.labels = true;
    if (name == "frames") plan.frames = true;
  }
  plan.drawing.alpha = static_cast<float>(arguments.opacity);
  plan.drawing.region_names = !arguments.no_region_names;
  plan.drawing.legend = !arguments.no_legend;
  if (arguments.no_legend) plan.drawing.min_side = 1;
  return plan;
}

int reuse_of(const std::string& text) {
  if (text == "off") return -1;
  const auto number = whole_number(text);
  if (number && *number >= 0 && *number <= 255) return static_cast<int>(*number);
  throw Error(ErrorCode::kBadArgument, fmt::format("--reuse {}: expected 0 to 255, or off", printable(text)));
}

void read_raw(const std::string& text, VideoSettings& settings) {
  const auto cross = text.find('x');
  const auto width = whole_number(text.substr(0, cross));
  const auto height = cross == std::string::npos ? std::nullopt : whole_number(text.substr(cross + 1));
  constexpr std::int64_t kLongestSide = 32768;
  const bool sound = width && height && *width > 0 && *height > 0 && *width <= kLongestSide &&
                     *height <= kLongestSide &&
                     static_cast<std::uint64_t>(*width * *height) <= kMaxDecodedPixels;
  if (!sound) {
    throw Error(ErrorCode::kBadArgument,
                fmt::format("--raw {}: expected WIDTHxHEIGHT in pixels, such as 640x480", printable(text)));
  }
  settings.raw_width = static_cast<int>(*width);
  settings.raw_height = static_cast<int>(*height);
}

void check(const VideoSettings& settings, const VideoArguments& arguments) {
  const auto refuse = [](const std::string& what, const std::string& hint) {
    throw Error(ErrorCode::kBadArgument, what, hint);
  };
  if (settings.input.empty()) refuse("no video is given", "relprompt video in.mp4 ...");
  if (arguments.folder.empty()) refuse("no output folder is given", "add -o DIR; it is made if needed");
  if (settings.is_pipe() && arguments.raw.empty())
    refuse("- reads raw frames, whose size must be given", "add --raw WIDTHxHEIGHT");
  if (!settings.is_pipe() && !arguments.raw.empty())
    refuse("--raw is about frames on the standard input", "give - as the input");
  if (settings.live && !settings.is_pipe())
    refuse("--live is about frames on the standard input", "leave it out");
  if (settings.resume && (settings.is_pipe() || settings.is_camera()))
    refuse("--resume: frames of a pipe or camera do not come again", "leave it out");
  if (settings.flow && !(settings.frames.smooth > 0))
    refuse("--flow moves the mean of --smooth, and there is none", "add --smooth 0.7, or leave --flow out");
  if (!settings.truth.empty() && !(settings.plan.labels_video && settings.plan.json))
    refuse("--truth compares labels.mkv frame by frame", "add labels-video and json to --save");
}

VideoSettings resolve(const VideoArguments& arguments) {
  VideoSettings settings;
  settings.input = arguments.input;
  if (!arguments.raw.empty()) read_raw(arguments.raw, settings);
  settings.fps = arguments.fps;
  settings.live = arguments.live;
  settings.most_frames = arguments.frames;
  settings.frames.smooth = arguments.smooth;
  settings.frames.reuse_tolerance = reuse_of(arguments.reuse);
  settings.flow = arguments.flow;
  settings.every = arguments.every;
  settings.plan = plan_of(arguments);
  settings.truth = arguments.truth;
  settings.resume = arguments.resume;
  settings.json = arguments.json;
  settings.quiet = arguments.quiet;
  check(settings, arguments);
  const auto normal = std::filesystem::path(arguments.folder).lexically_normal();
  settings.output = normal.has_filename() || !normal.has_relative_path() ? normal : normal.parent_path();
  settings.model = arguments.model.model;
  settings.model_options = arguments.model.resolve();
  settings.hub = arguments.model.hub;
  settings.classes = arguments.classes.resolve_classes();
  settings.text = arguments.classes.resolve_text();
  settings.background = arguments.classes.resolve_background(settings.classes);
  settings.protocol = arguments.protocol.resolve(settings.classes);
  return settings;
}

}  // namespace

bool VideoSettings::is_camera() const {
  return input.rfind("camera:", 0) == 0 || input.rfind("/dev/video", 0) == 0;
}

std::string VideoSettings::frame_rules() const {
  return fmt::format(
      "smooth={} flow={} every={} reuse={} fps={} frames={} save={}{}{}{}{}{} opacity={} names={} legend={}",
      frames.smooth, flow, every, frames.reuse_tolerance, fps, most_frames, plan.overlay ? "o" : "",
      plan.labels_video ? "v" : "", plan.json ? "j" : "", plan.timeline ? "t" : "", plan.labels ? "l" : "",
      plan.frames ? "f" : "", plan.drawing.alpha, plan.drawing.region_names, plan.drawing.legend);
}

Command add_video(CLI::App& program) {
  const auto arguments = std::make_shared<VideoArguments>();
  CLI::App* parser =
      program.add_subcommand("video", "Label every pixel of a video's frames")->group("Commands");
  add_input_options(*parser, *arguments);
  arguments->model.add_to(*parser);
  arguments->classes.add_to(*parser);
  arguments->protocol.add_to(*parser);
  add_frame_options(*parser, *arguments);
  add_output_options(*parser, *arguments);
  parser->footer(kFooter);
  return {parser, [arguments] { return run_video(resolve(*arguments)); }};
}

}  // namespace relprompt::cli
