// Dense inverse search (Kroeger, Timofte, Dai, Van Gool: ECCV 2016) by OpenCV, between grey frames.
#include <cstring>
#include <new>
#include <opencv2/imgproc.hpp>
#include <opencv2/video/tracking.hpp>

#include "video_av/parts.h"

namespace relprompt::video_av {
namespace {

cv::Mat grey_of(const Image& image) {
  const cv::Mat colors(image.height, image.width, CV_8UC3, const_cast<std::uint8_t*>(image.rgb.data()));
  cv::Mat grey;
  cv::cvtColor(colors, grey, cv::COLOR_RGB2GRAY);
  return grey;
}

std::vector<float> numbers_of(const cv::Mat& field) {
  std::vector<float> result(2 * field.total());
  for (int row = 0; row < field.rows; ++row) {
    const auto bytes = 2 * sizeof(float) * static_cast<std::size_t>(field.cols);
    std::memcpy(result.data() + 2 * static_cast<std::size_t>(row) * static_cast<std::size_t>(field.cols),
                field.ptr(row), bytes);
  }
  return result;
}

std::vector<float> flow_between(const cv::Mat& from, const cv::Mat& to) {
  // The smallest frames have too few pixels for the pyramid of patches.
  constexpr int kSmallest = 32;
  if (from.rows < kSmallest || from.cols < kSmallest) return std::vector<float>(2 * from.total());
  cv::Mat field;
  cv::DISOpticalFlow::create(cv::DISOpticalFlow::PRESET_MEDIUM)->calc(from, to, field);
  return numbers_of(field);
}

}  // namespace

bool find_flow(const Image& before, const Image& now, Motion& motion, std::string& problem) {
  try {
    if (before.height != now.height || before.width != now.width) {
      problem = "two frames of different size";
      return false;
    }
    const cv::Mat old = grey_of(before), fresh = grey_of(now);
    motion.height = now.height;
    motion.width = now.width;
    motion.backward = flow_between(fresh, old);
    motion.forward = flow_between(old, fresh);
    return true;
  } catch (const cv::Exception& error) {
    if (error.code == cv::Error::StsNoMem) throw std::bad_alloc();
    problem = error.what();
    return false;
  }
}

}  // namespace relprompt::video_av
