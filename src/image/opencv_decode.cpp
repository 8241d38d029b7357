#include "image/opencv_decode.h"

#include <climits>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "image/compose.h"
#include "image/guard.h"

namespace relprompt::image {
namespace {

// OpenCV's channel order is grey, BGR or BGRA.
template <class Sample>
void copy_as_rgb(const cv::Mat& decoded, Alpha meaning, std::uint8_t* out) {
  const int channels = decoded.channels();
  const int order[3] = {channels == 1 ? 0 : 2, channels == 1 ? 0 : 1, 0};
  const bool blend = channels == 4 && meaning != Alpha::kNone;
  const auto over = meaning == Alpha::kPremultiplied ? over_white_premultiplied : over_white;
  for (int y = 0; y < decoded.rows; ++y) {
    const Sample* in = decoded.ptr<Sample>(y);
    for (int x = 0; x < decoded.cols; ++x, in += channels, out += 3) {
      for (int c = 0; c < 3; ++c) {
        const std::uint8_t value = upper_bits(in[order[c]]);
        out[c] = blend ? over(value, upper_bits(in[3])) : value;
      }
    }
  }
}

cv::Mat decode(const Source& source, ImageFormat format) {
  if (source.size() > INT_MAX) {
    throw Error(
        ErrorCode::kImageTooLarge,
        fmt::format("{} has {} bytes; OpenCV decodes at most {}", source.name(), source.size(), INT_MAX),
        "convert it to JPEG or PNG first");
  }
  quieten_opencv();
  // IMREAD_UNCHANGED keeps alpha and 16 bits and leaves the orientation to us. A JPEG has neither, but may be
  // CMYK, which only the colour mode turns into colours.
  const int mode =
      format == ImageFormat::kJpeg ? cv::IMREAD_COLOR | cv::IMREAD_IGNORE_ORIENTATION : cv::IMREAD_UNCHANGED;
  const cv::Mat bytes(1, static_cast<int>(source.size()), CV_8UC1, const_cast<std::uint8_t*>(source.data()));
  return guarded(ErrorCode::kTruncatedImage, "decode " + source.name(),
                 [&] { return cv::imdecode(bytes, mode); });
}

}  // namespace

Image decode_with_opencv(const Source& source, ImageFormat format, const Probe& probe) {
  const cv::Mat decoded = decode(source, format);
  if (decoded.empty()) source.damaged(fmt::format("the {} decoder refuses its data", name_of(format)));
  const auto rows = static_cast<std::uint64_t>(decoded.rows),
             columns = static_cast<std::uint64_t>(decoded.cols);
  if (rows != probe.height || columns != probe.width) {
    source.damaged(fmt::format("the {} header says {}x{} pixels, its data {}x{}", name_of(format),
                               probe.width, probe.height, columns, rows));
  }
  const int channels = decoded.channels();
  if ((decoded.depth() != CV_8U && decoded.depth() != CV_16U) || (channels != 1 && channels < 3) ||
      channels > 4) {
    source.unsupported(fmt::format("its {} samples are no 8- or 16-bit grey or colours", name_of(format)));
  }
  return guarded(ErrorCode::kInternal, "convert " + source.name(), [&] {
    Image image;
    image.height = decoded.rows;
    image.width = decoded.cols;
    image.rgb.resize(decoded.total() * 3);
    if (decoded.depth() == CV_8U) {
      copy_as_rgb<std::uint8_t>(decoded, probe.alpha, image.rgb.data());
    } else {
      copy_as_rgb<std::uint16_t>(decoded, probe.alpha, image.rgb.data());
    }
    return image;
  });
}

}  // namespace relprompt::image
