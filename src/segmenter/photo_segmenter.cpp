#include "segmenter/photo_segmenter.h"

#include <algorithm>
#include <chrono>
#include <cstring>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "segmenter/score_planes.h"
#include "segmenter/windows.h"

namespace relprompt::segmenter {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

}  // namespace

torch::Tensor network_input(const Image& picture, const Normalisation& image, const torch::Device& device) {
  const auto raw = torch::from_blob(const_cast<std::uint8_t*>(picture.rgb.data()),
                                    {picture.height, picture.width, 3}, torch::kUInt8);
  const auto three = [&](const std::array<float, 3>& values) {
    return torch::tensor({values[0], values[1], values[2]});
  };
  const auto scaled = (raw.to(torch::kFloat32) - three(image.mean)) / three(image.std);
  return scaled.permute({2, 0, 1}).unsqueeze(0).contiguous().to(device);
}

namespace {

/// Patch scores of every window, [S, h, w] each. Windows of one picture share a size, so they batch.
std::vector<torch::Tensor> score_windows(Network& network, const torch::Tensor& input,
                                         const std::vector<Window>& windows, const torch::Tensor& texts,
                                         std::size_t batch) {
  std::vector<torch::Tensor> scores;
  for (std::size_t begin = 0; begin < windows.size(); begin += batch) {
    std::vector<torch::Tensor> crops;
    for (std::size_t i = begin; i < std::min(begin + batch, windows.size()); ++i) {
      const Window& w = windows[i];
      crops.push_back(input.narrow(2, w.y, w.height).narrow(3, w.x, w.width));
    }
    for (const auto& window : network.patch_scores(torch::cat(crops, 0), texts).unbind(0)) {
      scores.push_back(window);
    }
  }
  return scores;
}

std::size_t batch_size(const SegmentOptions& options, const torch::Device& device) {
  if (options.window_batch > 0) return static_cast<std::size_t>(options.window_batch);
  return device.is_cuda() ? 8 : 2;
}

std::vector<float> penalties(const SegmentOptions& options, std::size_t classes) {
  std::vector<float> penalty(classes, 0.0f);
  for (const auto label : options.seen) penalty[label] = options.calibration;
  return penalty;
}

void fill_labels(const BestLabels& best, const SegmentOptions& options, Segmentation& result) {
  const auto label = best.label.to(torch::kCPU).contiguous();
  const auto score = best.score.to(torch::kCPU).contiguous();
  const auto* labels = label.data_ptr<std::int32_t>();
  const auto* scores = score.data_ptr<float>();
  result.labels.labels.resize(static_cast<std::size_t>(label.numel()));
  for (std::size_t i = 0; i < result.labels.labels.size(); ++i) {
    const bool unknown = options.unknown_threshold && !(scores[i] >= *options.unknown_threshold);
    result.labels.labels[i] = unknown ? LabelMap::kUnknown : static_cast<std::uint16_t>(labels[i]);
    if (unknown) {
      ++result.unknown_pixels;
    } else {
      ++result.pixels[static_cast<std::size_t>(labels[i])];
    }
  }
}

void check_photo(const Image& photo) {
  const bool sized = photo.height > 0 && photo.width > 0 &&
                     photo.rgb.size() == static_cast<std::size_t>(photo.height) * photo.width * 3;
  if (!sized) {
    throw Error(ErrorCode::kBadArgument,
                fmt::format("a photo of {}x{} with {} bytes; expected height * width * 3", photo.width,
                            photo.height, photo.rgb.size()));
  }
}

}  // namespace

image::Size resized_size(const Image& photo, const SegmentOptions& options) {
  const auto size = image::shorter_side_to(photo.height, photo.width, options.short_side);
  const auto pixels = static_cast<std::uint64_t>(size.height) * static_cast<std::uint64_t>(size.width);
  if (pixels > options.max_pixels) {
    throw Error(
        ErrorCode::kImageTooLarge,
        fmt::format("a photo of {}x{} becomes {}x{} = {} pixels when its shorter side is resized to {}; the "
                    "limit is {}",
                    photo.width, photo.height, size.width, size.height, pixels, options.short_side,
                    options.max_pixels),
        "crop it, choose a smaller --short-side, or raise --max-pixels");
  }
  return size;
}

SegmentOptions resolve(const SegmentOptions& options, const ModelConfig& config, std::size_t classes) {
  SegmentOptions full = options;
  if (full.short_side == 0) full.short_side = config.test.short_side;
  if (full.window == 0) full.window = options.short_side == 0 ? config.test.window : full.short_side;
  if (full.stride == 0) {
    // The protocol's overlap in proportion to the window.
    full.stride =
        full.window == config.test.window ? config.test.stride : std::max(1, full.window * 426 / 512);
  }
  const auto patch = config.clip.vision.patch;
  const auto require = [](bool holds, const std::string& message) {
    if (!holds) throw Error(ErrorCode::kBadArgument, message);
  };
  require(full.short_side >= patch && full.short_side <= 65536,
          fmt::format("short side {}: expected {} (one patch) to 65536 pixels", full.short_side, patch));
  require(full.window >= patch && full.window <= 65536,
          fmt::format("window {}: expected {} (one patch) to 65536 pixels", full.window, patch));
  require(full.stride >= 1 && full.stride <= full.window,
          fmt::format("stride {}: expected 1 to {} (the window) pixels", full.stride, full.window));
  require(full.window_batch >= 0, fmt::format("window batch {}: expected 0 or more", full.window_batch));
  for (const auto label : full.seen) {
    require(label < classes,
            fmt::format("seen class {}: there are only {} classes, counted from 0", label, classes));
  }
  return full;
}

Segmentation segment_photo(Network& network, const ModelConfig& config, const ClassEmbeddings& classes,
                           const Image& photo, const SegmentOptions& options, const ScoreSink& sink) {
  check_photo(photo);
  Segmentation result;
  result.labels.height = photo.height;
  result.labels.width = photo.width;
  result.pixels.assign(classes.classes(), 0);

  auto start = Clock::now();
  const auto size = resized_size(photo, options);
  result.resized_height = size.height;
  result.resized_width = size.width;
  const auto input =
      network_input(image::resize(photo, size.height, size.width), config.image, network.device());
  result.resize_seconds = seconds_since(start);

  start = Clock::now();
  const auto windows = sliding_windows(size.height, size.width, options.window, options.stride);
  result.windows = static_cast<int>(windows.size());
  const auto scores =
      score_windows(network, input, windows, classes.rows, batch_size(options, network.device()));
  result.network_seconds = seconds_since(start);

  start = Clock::now();
  const PlaneRequest request = {
      {size.height, size.width}, {photo.height, photo.width}, penalties(options, classes.classes())};
  PlaneSink forward;
  if (sink) {
    forward = [&](std::size_t first, const torch::Tensor& planes) {
      sink(first, static_cast<std::size_t>(planes.size(0)), planes.data_ptr<float>());
    };
  }
  fill_labels(best_labels(network, scores, windows, classes, request, forward), options, result);
  result.score_seconds = seconds_since(start);
  return result;
}

}  // namespace relprompt::segmenter
