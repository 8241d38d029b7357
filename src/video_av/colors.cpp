#include "video_av/colors.h"

#include <cstdint>
#include <utility>

namespace relprompt::video_av {

bool Colors::convert(const AVFrame& picture, Image& image) {
  int height = height_, width = width_;
  if (swaps_sides(turn_)) std::swap(height, width);
  if (picture.height != height || picture.width != width) scaled_ = true;
  const auto format = static_cast<AVPixelFormat>(picture.format);
  const int quality = SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT;
  scaler_.reset(sws_getCachedContext(scaler_.release(), picture.width, picture.height, format, width, height,
                                     AV_PIX_FMT_RGB24, quality, nullptr, nullptr, nullptr));
  if (!scaler_) return false;
  const int space =
      picture.colorspace == AVCOL_SPC_UNSPECIFIED ? SWS_CS_DEFAULT : static_cast<int>(picture.colorspace);
  sws_setColorspaceDetails(scaler_.get(), sws_getCoefficients(space),
                           picture.color_range == AVCOL_RANGE_JPEG ? 1 : 0,
                           sws_getCoefficients(SWS_CS_DEFAULT), 1, 0, 1 << 16, 1 << 16);
  image.height = height;
  image.width = width;
  image.rgb.resize(3 * static_cast<std::size_t>(height) * static_cast<std::size_t>(width));
  std::uint8_t* to[4] = {image.rgb.data()};
  const int strides[4] = {3 * width};
  if (sws_scale(scaler_.get(), picture.data, picture.linesize, 0, picture.height, to, strides) != height)
    return false;
  turn(image, turn_);
  return true;
}

}  // namespace relprompt::video_av
