#include "video_av/ffv1_slices.h"

#include <cstdint>

namespace relprompt::video_av {
namespace {

/// Whether slices fill the packet. Each ends with a footer, whose first three bytes are the size of what
/// stands before it (FFV1, RFC 9043, section 4.8).
bool fill(const AVPacket& packet, int footer) {
  int end = packet.size;
  while (end >= footer) {
    const std::uint8_t* at = packet.data + end - footer;
    const int size = at[0] << 16 | at[1] << 8 | at[2];
    if (size > end - footer) return false;
    end -= size + footer;
  }
  return end == 0;
}

}  // namespace

bool ffv1_slices_add_up(const AVCodecContext& codec, const AVPacket& packet) {
  // Versions 0 and 1 have neither a global header nor footers.
  if (codec.codec_id != AV_CODEC_ID_FFV1 || codec.extradata_size == 0 || packet.size == 0) return true;
  constexpr int kSize = 3, kStatusAndChecksum = 5;
  return fill(packet, kSize + kStatusAndChecksum) || fill(packet, kSize);
}

}  // namespace relprompt::video_av
