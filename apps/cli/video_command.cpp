// relprompt video: the command line. video_run.cpp does the job.
#include <memory>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "commands.h"
#include "numbers.h"
#include "options_video.h"
#include "terminal.h"
#include "usage.h"
#include "video_settings.h"

namespace relprompt::cli {
namespace {

constexpr const char* kFooter =
    "Examples:\n"
    "  relprompt video examples/moving.mkv -m models/demo --class-file examples/moving_classes.txt -o out\n"
    "  relprompt video drive.mp4 -m clip-b16 -c \"road, sky, car;vehicle, tree\" -o out --resume\n"
    "  relprompt video drive.mp4 -m clip-b16 -c \"road, sky\" -o out --smooth 0.5 --flow\n"
    "  relprompt video drive.mp4 -m clip-b16 -c \"road, sky\" -o out --every 5\n"
    "  relprompt video 'frames/%06d.png' --fps 10 -m clip-b16 -c \"road, sky\" -o out --save labels\n"
    "  relprompt video camera:0 -m clip-b16 -c \"person, wall\" -o out --frames 500\n"
    "  some-program | relprompt video - --raw 640x480 --fps 30 -m clip-b16 -c \"road, sky\" -o out\n"
    "\n"
    "Without --smooth and --every the labels of each frame are those that `relprompt segment` gives the\n"
    "frame as an image. Frames that cannot be decoded are counted and named, and the exit status is 3.";

VideoPlan plan_of(const VideoArguments& arguments) {
  VideoPlan plan;
  plan.overlay = plan.labels_video = plan.timeline = plan.json = false;
  for (const std::string& name : split_list(arguments.save)) {
    require_one_of("--save", name, video_kinds());
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
    refuse("--flow moves the mean of --smooth, and there is none", "add --smooth 0.5, or leave --flow out");
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
  arguments->add_to(*parser);
  parser->footer(kFooter);
  return {parser, [arguments] { return run_video(resolve(*arguments)); }};
}

}  // namespace relprompt::cli
