#include "video_av/upright.h"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <utility>

namespace relprompt::video_av {

Turn turn_of(const AVStream& stream) {
#if LIBAVFORMAT_VERSION_MAJOR >= 61
  const AVPacketSideData* data = av_packet_side_data_get(
      stream.codecpar->coded_side_data, stream.codecpar->nb_coded_side_data, AV_PKT_DATA_DISPLAYMATRIX);
  const std::uint8_t* bytes = data != nullptr ? data->data : nullptr;
  const std::size_t size = data != nullptr ? data->size : 0;
#else
  std::size_t size = 0;
  const std::uint8_t* bytes = av_stream_get_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
#endif
  if (bytes == nullptr || size < 9 * sizeof(std::int32_t)) return Turn::kNone;
  std::int32_t matrix[9];
  std::memcpy(matrix, bytes, sizeof matrix);
  const double degrees = av_display_rotation_get(matrix);  // against the clock
  if (!std::isfinite(degrees)) return Turn::kNone;
  const int quarters = static_cast<int>(std::lround(-degrees / 90)) & 3;
  return static_cast<Turn>(quarters);
}

void turn(Image& image, Turn by) {
  if (by == Turn::kNone) return;
  Image result;
  result.height = swaps_sides(by) ? image.width : image.height;
  result.width = swaps_sides(by) ? image.height : image.width;
  result.rgb.resize(image.rgb.size());
  std::uint8_t* to = result.rgb.data();
  for (int y = 0; y < result.height; ++y) {
    for (int x = 0; x < result.width; ++x, to += 3) {
      int row = image.height - 1 - y, column = image.width - 1 - x;  // a half turn
      if (by == Turn::kQuarter) {
        row = image.height - 1 - x;
        column = y;
      } else if (by == Turn::kThreeQuarters) {
        row = x;
        column = image.width - 1 - y;
      }
      std::memcpy(to, image.rgb.data() + 3 * (static_cast<std::ptrdiff_t>(row) * image.width + column), 3);
    }
  }
  image = std::move(result);
}

}  // namespace relprompt::video_av
