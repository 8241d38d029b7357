#include "image/label_files.h"

#include <string>
#include <vector>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "base/atomic_file.h"
#include "image/describe.h"
#include "image/guard.h"
#include "image/image_bytes.h"
#include "image/image_format.h"
#include "image/palette.h"
#include "image/png_reader.h"
#include "image/png_writer.h"

namespace relprompt::image {
namespace {

void check(const std::string& name, const LabelMap& map, std::size_t classes) {
  const auto pixels = static_cast<std::size_t>(map.height) * static_cast<std::size_t>(map.width);
  if (map.height <= 0 || map.width <= 0 || map.labels.size() != pixels) {
    throw Error(ErrorCode::kBadArgument,
                fmt::format("cannot write {}: {}x{} pixels with {} labels is no label map", name, map.width,
                            map.height, map.labels.size()));
  }
  for (const std::uint16_t label : map.labels) {
    if (label >= classes && label != LabelMap::kUnknown) {
      throw Error(ErrorCode::kBadArgument,
                  fmt::format("cannot write {}: label {} of only {} classes", name, label, classes));
    }
  }
}

std::vector<std::uint8_t> as_bytes(const LabelMap& map) {
  std::vector<std::uint8_t> bytes(map.labels.size());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const std::uint16_t label = map.labels[i];
    bytes[i] = static_cast<std::uint8_t>(label == LabelMap::kUnknown ? unknown_label(0) : label);
  }
  return bytes;
}

std::vector<std::uint8_t> as_colors(const LabelMap& map) {
  std::vector<std::uint8_t> rgb;
  rgb.reserve(map.labels.size() * 3);
  for (const std::uint16_t label : map.labels) {
    const Color color = color_of(label);
    rgb.insert(rgb.end(), {color.red, color.green, color.blue});
  }
  return rgb;
}

// All 256 entries, so that every index that a byte can hold has a colour and 255 is black.
std::vector<Color> palette_of(std::size_t classes) {
  std::vector<Color> palette(256);
  for (std::size_t label = 0; label < classes; ++label)
    palette[label] = color_of(static_cast<std::uint16_t>(label));
  return palette;
}

template <class Encode>
std::string encode(const std::string& name, const LabelMap& map, std::size_t classes, Encode encoder) {
  check(name, map, classes);
  return guarded(ErrorCode::kInternal, "write " + name, encoder);
}

}  // namespace

std::string labels_png(const LabelMap& map, std::size_t classes, const std::string& name) {
  return encode(name, map, classes, [&] {
    if (classes > kMaxByteClasses)
      return encode_png(PngKind::kGrey16, map.height, map.width, map.labels.data());
    return encode_png(PngKind::kGrey8, map.height, map.width, as_bytes(map).data());
  });
}

std::string palette_png(const LabelMap& map, std::size_t classes, const std::string& name) {
  return encode(name, map, classes, [&] {
    if (classes > kMaxByteClasses)
      return encode_png(PngKind::kRgb8, map.height, map.width, as_colors(map).data());
    return encode_png(PngKind::kPalette8, map.height, map.width, as_bytes(map).data(), palette_of(classes));
  });
}

void write_labels_png(const std::filesystem::path& path, const LabelMap& map, std::size_t classes) {
  write_file(path, labels_png(map, classes, path.string()));
}

void write_palette_png(const std::filesystem::path& path, const LabelMap& map, std::size_t classes) {
  write_file(path, palette_png(map, classes, path.string()));
}

StoredLabels read_labels_png(const std::filesystem::path& path, std::uint64_t max_pixels) {
  const ImageBytes bytes(path, max_pixels);
  return labels_of_png(bytes.source());
}

StoredLabels labels_of_png(const Source& source) {
  const auto format = format_of(source);
  if (!format) {
    throw Error(ErrorCode::kNotAnImage,
                fmt::format("{} is no label file (PNG): {}", source.name(), describe_first_bytes(source)),
                "give a PNG or TIFF whose values are class indices");
  }
  if (*format != ImageFormat::kPng) {
    throw Error(ErrorCode::kNotAnImage,
                fmt::format("{} is a {}, label files are PNG", source.name(), name_of(*format)),
                "convert it without changing values (a JPEG cannot hold labels exactly)");
  }
  PngReader reader(source);
  const PngHeader& header = reader.header();
  if (!header.palette && (header.colour || header.alpha)) {
    throw Error(ErrorCode::kNotAnImage,
                fmt::format("{} holds colours{}; label files are grey or have a palette", source.name(),
                            header.alpha ? " with alpha" : ""),
                "is it an image or a coloured preview instead of the labels?");
  }
  StoredLabels stored;
  stored.bits = header.bits;
  stored.map.height = static_cast<int>(header.height);
  stored.map.width = static_cast<int>(header.width);
  stored.map.labels = reader.read_samples();
  return stored;
}

}  // namespace relprompt::image
