// Arbitrary bytes as a picture and as a label file: refused with an Error of a picture, or decoded to as many
// bytes as its size says. The first byte chooses options, so that chosen bands and ranges are tried as well.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "relprompt/error.h"
#include "relprompt/image.h"

#include "image/label_files.h"
#include "image/read_labels.h"

namespace {

using namespace relprompt;

// Keeps one input below a second.
constexpr std::uint64_t kMostPixels = 1 << 20;

void check(bool holds) {
  if (!holds) std::abort();
}

template <typename Action>
void allow_refusal(const Action& action) {
  try {
    action();
  } catch (const Error& error) {
    check(exit_status(error.code()) == 3 || error.code() == ErrorCode::kBadArgument ||
          error.code() == ErrorCode::kOutOfMemory);
  }
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
  allow_refusal([&] {
    const Image image = decode_image(data, size, options, "fuzz");
    check(image.height > 0 && image.width > 0 &&
          image.rgb.size() ==
              static_cast<std::size_t>(image.height) * static_cast<std::size_t>(image.width) * 3);
  });
  allow_refusal([&] {
    const auto stored = image::labels_of(image::Source("fuzz", data, size, kMostPixels));
    check(stored.map.labels.size() ==
          static_cast<std::size_t>(stored.map.height) * static_cast<std::size_t>(stored.map.width));
  });
  return 0;
}
