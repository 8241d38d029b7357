#include "set_maker.h"

#include <string>

#include "image/image_files.h"
#include "image/png_writer.h"
#include "test_support.h"

namespace relprompt::test {
namespace {

std::string le16(unsigned value) {
  return {static_cast<char>(value & 255), static_cast<char>(value >> 8 & 255)};
}

std::string le32(unsigned value) {
  return le16(value & 0xFFFF) + le16(value >> 16);
}

// One uncompressed strip, directory first.
std::string tiff16(unsigned height, unsigned width, const std::vector<std::uint16_t>& values) {
  constexpr unsigned kShort = 3, kLong = 4, kFields = 9, kPixels = 8 + 2 + 12 * kFields + 4;
  const auto field = [](unsigned tag, unsigned type, unsigned value) {
    return le16(tag) + le16(type) + le32(1) + le32(value);
  };
  std::string file = std::string("II*\0", 4) + le32(8) + le16(kFields);
  file += field(256, kLong, width) + field(257, kLong, height) + field(258, kShort, 16);
  file += field(259, kShort, 1) + field(262, kShort, 1) + field(273, kLong, kPixels) + field(277, kShort, 1);
  file += field(278, kLong, height) + field(279, kLong, 2 * height * width) + le32(0);
  for (const std::uint16_t value : values) file += le16(value);
  return file;
}

}  // namespace

void add_image(const std::filesystem::path& path, int height, int width) {
  Image image{height, width, {}};
  image.rgb.assign(static_cast<std::size_t>(height * width) * 3, 77);
  if (path.extension() == ".png") {
    image::write_png(path, image);
  } else {
    image::write_jpg(path, image);
  }
}

void add_mask(const std::filesystem::path& path, int width, const std::vector<std::uint16_t>& values,
              MaskFile kind) {
  const int height = static_cast<int>(values.size()) / width;
  const std::vector<std::uint8_t> bytes(values.begin(), values.end());
  switch (kind) {
    case MaskFile::kGrey8:
      return write_text(path, image::encode_png(image::PngKind::kGrey8, height, width, bytes.data()));
    case MaskFile::kPalette8:
      return write_text(path, image::encode_png(image::PngKind::kPalette8, height, width, bytes.data(),
                                                std::vector<image::Color>(256, image::Color{1, 2, 3})));
    case MaskFile::kGrey16:
      return write_text(path, image::encode_png(image::PngKind::kGrey16, height, width, values.data()));
    case MaskFile::kTiff16:
      return write_text(path, tiff16(static_cast<unsigned>(height), static_cast<unsigned>(width), values));
  }
}

}  // namespace relprompt::test
