// Parts: the image's name and the bytes of two PNGs, each after its length. Both PNGs are in colours: one
// colour a class as labelmap.txt says, and one colour an object, which is here all of a class in the image.
#include "formats/cvat.h"

#include <charconv>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "formats/mask_runs.h"
#include "formats/run_part.h"
#include "formats/zip_writer.h"
#include "image/palette.h"
#include "image/png_writer.h"

namespace relprompt::formats {
namespace {

using image::Color;

constexpr const char* kBackground = "background";  // CVAT's name for pixels without a class, which are black

/// Lines of the archive's texts are names: nothing may end one, and ':' and '#' mean something else.
std::string line_name(std::string name, bool in_label_map) {
  for (char& c : name) {
    const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    if (control || (in_label_map && (c == ':' || c == '#'))) c = '_';
  }
  return name;
}

/// A class that is called background has its colour too.
Color class_color_of(const ClassList& classes, std::uint16_t label) {
  return classes.title(label) == kBackground ? Color{} : image::color_of(label);
}

/// Pascal VOC's colours of numbers: the bits of a number are dealt to the channels, highest first.
Color voc_color(std::size_t number) {
  Color color;
  for (int bit = 7; bit >= 0 && number != 0; --bit, number >>= 3) {
    color.red = static_cast<std::uint8_t>(color.red | (number & 1) << bit);
    color.green = static_cast<std::uint8_t>(color.green | (number >> 1 & 1) << bit);
    color.blue = static_cast<std::uint8_t>(color.blue | (number >> 2 & 1) << bit);
  }
  return color;
}

std::string painted(const LabelMap& map, const std::vector<Color>& colors) {
  std::vector<std::uint8_t> rgb;
  rgb.reserve(map.labels.size() * 3);
  for (const std::uint16_t label : map.labels) {
    const Color color = label == LabelMap::kUnknown ? Color{} : colors[label];
    rgb.insert(rgb.end(), {color.red, color.green, color.blue});
  }
  return image::encode_png(image::PngKind::kRgb8, map.height, map.width, rgb.data());
}

class CvatFile : public RunFileMaker {
 public:
  CvatFile(ByteSink& sink, const ClassList& classes) : zip_(sink) {
    label_map_ = "# label:color_rgb:parts:actions\nbackground:0,0,0::\n";
    for (std::size_t i = 0; i < classes.size(); ++i) {
      const auto label = static_cast<std::uint16_t>(i);
      const Color color = class_color_of(classes, label);
      if (classes.title(label) == kBackground) continue;
      label_map_ += fmt::format("{}:{},{},{}::\n", line_name(classes.title(label), true), color.red,
                                color.green, color.blue);
    }
  }

  void add(std::string_view part) override {
    PartLines lines(part, "cvat");
    const std::string name(lines.next().value_or(""));
    const std::size_t first = number(lines.next()), second = number(lines.next());
    const std::string_view bytes = lines.rest();
    if (first > bytes.size() || second != bytes.size() - first) refuse();
    zip_.add("SegmentationClass/" + name + ".png", bytes.substr(0, first));
    zip_.add("SegmentationObject/" + name + ".png", bytes.substr(first));
    names_ += name + "\n";
  }

  void finish() override {
    zip_.add("ImageSets/Segmentation/default.txt", names_);
    zip_.add("labelmap.txt", label_map_);
    zip_.finish();
  }

 private:
  [[noreturn]] static void refuse() {
    throw Error(ErrorCode::kBadArgument, "this part of a file of the format cvat is damaged");
  }

  static std::size_t number(std::optional<std::string_view> line) {
    std::size_t value = 0;
    const std::string_view text = line.value_or("");
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc() || end != text.data() + text.size()) refuse();
    return value;
  }

  ZipWriter zip_;
  std::string names_, label_map_;
};

}  // namespace

std::string cvat_part(const Subject& subject) {
  const MaskRuns masks(subject.map(), PixelOrder::kRows);
  std::vector<Color> classes(subject.classes.size()), objects(subject.classes.size());
  std::size_t objects_found = 0;
  for (const std::uint16_t label : masks.labels()) {
    classes[label] = class_color_of(subject.classes, label);
    if (classes[label] != Color{}) objects[label] = voc_color(++objects_found);
  }
  const std::string class_png = painted(subject.map(), classes), object_png = painted(subject.map(), objects);
  return part_head("cvat") +
         fmt::format("{}\n{}\n{}\n", line_name(subject.result.stem, false), class_png.size(),
                     object_png.size()) +
         class_png + object_png;
}

std::unique_ptr<RunFileMaker> begin_cvat(ByteSink& sink, const ClassList& classes) {
  return std::make_unique<CvatFile>(sink, classes);
}

}  // namespace relprompt::formats
