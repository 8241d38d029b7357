// Arbitrary bytes of one format of images, RELPROMPT_FUZZ_FORMAT, as an image and as a label file, decoded
// under all options. A corpus of its own for each format reaches deeper than one for all.
#include <cstddef>
#include <cstdint>

#include "relprompt/error.h"
#include "relprompt/image.h"

#include "check.h"
#include "image/image_format.h"
#include "image/label_files.h"
#include "image/read_labels.h"

namespace {

using namespace relprompt;

constexpr std::uint64_t kMostPixels = 1 << 18;  // keeps one input far below a second

bool is_refusal(ErrorCode code) {
  return exit_status(code) == 3 || code == ErrorCode::kBadArgument || code == ErrorCode::kOutOfMemory;
}

std::size_t pixels_of(int height, int width) {
  return static_cast<std::size_t>(height) * static_cast<std::size_t>(width);
}

void decode(const std::uint8_t* data, std::size_t size, const DecodeOptions& options) {
  fuzz::allow_refusal(is_refusal, [&] {
    const Image image = decode_image(data, size, options, "fuzz");
    fuzz::check(image.height > 0 && image.width > 0 &&
                image.rgb.size() == pixels_of(image.height, image.width) * 3);
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const image::Source source("fuzz", data, size, kMostPixels);
  if (image::format_of(source) != image::ImageFormat::RELPROMPT_FUZZ_FORMAT) return 0;
  DecodeOptions options;
  options.max_decoded_pixels = kMostPixels;
  decode(data, size, options);
  options.bands = {3, 1, 2};
  options.range = SampleRange{0, 4095};
  decode(data, size, options);
  fuzz::allow_refusal(is_refusal, [&] {
    const auto stored = image::labels_of(source);
    fuzz::check(stored.map.labels.size() == pixels_of(stored.map.height, stored.map.width));
  });
  return 0;
}
