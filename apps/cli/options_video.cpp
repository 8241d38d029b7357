#include "options_video.h"

#include "command_rows.h"
#include "usage.h"

namespace relprompt::cli {
namespace {

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
      video_kinds());
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

}  // namespace

const std::vector<std::string>& video_kinds() {
  static const std::vector<std::string> kinds = {"overlay",  "labels-video", "json",
                                                 "timeline", "labels",       "frames"};
  return kinds;
}

void VideoArguments::add_to(CLI::App& command) {
  add_input_options(command, *this);
  model.add_to(command);
  classes.add_to(command);
  protocol.add_to(command);
  add_frame_options(command, *this);
  add_output_options(command, *this);
}

}  // namespace relprompt::cli
