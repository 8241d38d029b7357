#include "image/image_format.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <string_view>

namespace relprompt::image {
namespace {

using namespace std::string_view_literals;

// "BM" alone would also claim many a text file, so the size of the second header must be a known one.
bool is_bmp(const Source& source) {
  if (!source.matches(0, "BM"sv) || !source.has(14, 4)) return false;
  const auto header = source.le32(14, "the BMP header");
  constexpr std::array<std::uint32_t, 7> kKnown = {12, 40, 52, 56, 64, 108, 124};
  return std::find(kKnown.begin(), kKnown.end(), header) != kKnown.end();
}

// The container of HEIC and AVIF, by its main brand: films have others.
bool is_heif(const Source& source) {
  if (!source.matches(4, "ftyp"sv)) return false;
  constexpr std::array kBrands = {"heic"sv, "heix"sv, "heim"sv, "heis"sv, "mif1"sv, "avif"sv};
  return std::any_of(kBrands.begin(), kBrands.end(),
                     [&](std::string_view brand) { return source.matches(8, brand); });
}

}  // namespace

std::optional<ImageFormat> format_of(const Source& source) {
  if (source.matches(0, "\xFF\xD8\xFF"sv)) return ImageFormat::kJpeg;
  if (source.matches(0, "\x89PNG\r\n\x1A\n"sv)) return ImageFormat::kPng;
  if (source.matches(0, "II*\0"sv) || source.matches(0, "MM\0*"sv)) return ImageFormat::kTiff;
  if (source.matches(0, "RIFF"sv) && source.matches(8, "WEBP"sv)) return ImageFormat::kWebp;
  if (is_bmp(source)) return ImageFormat::kBmp;
  if (is_heif(source)) return ImageFormat::kHeif;
  return std::nullopt;
}

const char* name_of(ImageFormat format) noexcept {
  switch (format) {
    case ImageFormat::kJpeg:
      return "JPEG";
    case ImageFormat::kPng:
      return "PNG";
    case ImageFormat::kTiff:
      return "TIFF";
    case ImageFormat::kWebp:
      return "WebP";
    case ImageFormat::kBmp:
      return "BMP";
    case ImageFormat::kHeif:
      return "HEIF";
  }
  return "image";
}

bool has_image_extension(const std::filesystem::path& path) {
  constexpr std::array<std::string_view, 13> kExtensions = {".jpg",  ".jpeg", ".jpe",  ".jfif", ".png",
                                                            ".tif",  ".tiff", ".webp", ".bmp",  ".dib",
                                                            ".heic", ".heif", ".avif"};
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::find(kExtensions.begin(), kExtensions.end(), extension) != kExtensions.end();
}

}  // namespace relprompt::image
