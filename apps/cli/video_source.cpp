#include "video_source.h"

#include <fmt/format.h>
#include <unistd.h>

#include "relprompt/error.h"

#include "base/hash.h"
#include "image/find_images.h"
#include "image_input.h"
#include "interrupt.h"
#include "terminal.h"
#include "video/av_library.h"
#include "video/image_sequence.h"
#include "video/newest_frame.h"
#include "video/raw_frames.h"

namespace relprompt::cli {
namespace {

namespace fs = std::filesystem;

constexpr double kUsualFps = 25;

double fps_of(const VideoSettings& settings) {
  return settings.fps > 0 ? settings.fps : kUsualFps;
}

std::string identity_of(const std::vector<fs::path>& files) {
  Sha256 digest;
  for (const auto& file : files) {
    const auto looked = file.empty() ? std::nullopt : look_at(file);
    digest.update(
        fmt::format("{}\n{} {}\n", file.string(), looked ? looked->bytes : 0, looked ? looked->modified : 0));
  }
  return digest.hex();
}

OpenedVideo sequence(std::vector<fs::path> files, const VideoSettings& settings) {
  OpenedVideo result;
  result.identity = identity_of(files);
  result.source = std::make_unique<video::ImageSequence>(std::move(files), fps_of(settings), DecodeOptions{});
  return result;
}

OpenedVideo folder(const VideoSettings& settings) {
  std::vector<fs::path> files;
  for (const auto& found : image::find_images({settings.input})) files.push_back(found.path);
  return sequence(std::move(files), settings);
}

std::string device_of(const std::string& input) {
  const std::string word = "camera:";
  return input.rfind(word, 0) == 0 ? "/dev/video" + input.substr(word.size()) : input;
}

OpenedVideo file(const VideoSettings& settings) {
  const bool camera = settings.is_camera();
  const std::string name = camera ? device_of(settings.input) : settings.input;
  std::error_code problem;
  if (!fs::exists(name, problem)) {
    if (camera)
      throw Error(ErrorCode::kNoDevice, fmt::format("{}: there is no camera {}", settings.input, name));
    throw Error(ErrorCode::kNotFound, fmt::format("{}: no such file or folder", settings.input),
                "name a video, a folder of images, a pattern such as 'frames/%06d.png', or - with --raw");
  }
  const auto& library = video::av_library(settings.input);
  OpenedVideo result;
  if (!camera) result.identity = identity_of({settings.input});
  std::string reason;
  result.source = library.open(name, {camera, kMaxDecodedPixels}, reason);
  if (result.source) return result;
  throw Error(camera ? ErrorCode::kNoDevice : ErrorCode::kNotAnImage,
              fmt::format("{}: expected a video, but it cannot be opened: {}", settings.input, reason),
              camera ? "" : "a file whose end is missing may lack the index that its format keeps there");
}

OpenedVideo pipe(const VideoSettings& settings) {
  OpenedVideo result;
  result.source =
      std::make_unique<video::RawFrames>(STDIN_FILENO, settings.raw_height, settings.raw_width,
                                         fps_of(settings), [] { return interrupt_signal() != 0; });
  return result;
}

OpenedVideo open_input(const VideoSettings& settings) {
  if (settings.is_pipe()) return pipe(settings);
  std::error_code ignored;
  if (!settings.is_camera() && fs::is_directory(settings.input, ignored)) return folder(settings);
  const auto pattern = video::number_pattern(settings.input);
  if (pattern && !fs::exists(settings.input, ignored)) return sequence(video::files_of(*pattern), settings);
  return file(settings);
}

}  // namespace

OpenedVideo open_video(const VideoSettings& settings) {
  OpenedVideo result = open_input(settings);
  if (settings.live || settings.is_camera()) {
    result.identity.clear();
    result.source = std::make_unique<video::NewestFrame>(std::move(result.source));
  }
  return result;
}

}  // namespace relprompt::cli
