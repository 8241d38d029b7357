// Arbitrary bytes as an image and as a label file: refused with an Error of an image, or decoded to as many
// bytes as its size says. The first byte chooses options, so that chosen bands and ranges are tried as well.
#include <cstddef>
#include <cstdint>

#include "relprompt/error.h"
#include "relprompt/image.h"

#include "check.h"
#include "image/label_files.h"
#include "image/read_labels.h"

namespace {

using namespace relprompt;
using fuzz::allow_refusal;
using fuzz::check;

// Keeps one input below a second.
constexpr std::uint64_t kMostPixels = 1 << 20;

/// Of an image, or of options that do not fit it.
bool is_refusal(ErrorCode code) {
  return exit_status(code) == 3 || code == ErrorCode::kBadArgument || code == ErrorCode::kOutOfMemory;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  DecodeOptions options;
  options.max_decoded_pixels = kMostPixels;
  if ((data[0] & 1) != 0) options.bands = {3, 1, 2};
  if ((data[0] & 2) != 0) options.range = SampleRange{0, 4095};
  ++data;
  --size;
  allow_refusal(is_refusal, [&] {
    const Image image = decode_image(data, size, options, "fuzz");
    check(image.height > 0 && image.width > 0 &&
          image.rgb.size() ==
              static_cast<std::size_t>(image.height) * static_cast<std::size_t>(image.width) * 3);
  });
  allow_refusal(is_refusal, [&] {
    const auto stored = image::labels_of(image::Source("fuzz", data, size, kMostPixels));
    check(stored.map.labels.size() ==
          static_cast<std::size_t>(stored.map.height) * static_cast<std::size_t>(stored.map.width));
  });
  return 0;
}
