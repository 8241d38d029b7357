// Parts: the image's name and the bytes of two PNGs, each after its length. Both PNGs are in colours: one
// colour a class as labelmap.txt says, and one colour an object, which is here all of a class in the image.
// Where 256 colours are enough they are palette PNGs as Pascal VOC's own, whose indices are the lines of
// labelmap.txt and the numbers of objects; CVAT's reader (Datumaro over OpenCV) makes colours of them.
#include "formats/cvat.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "relprompt/error.h"

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

constexpr std::size_t kPaletteSize = 256;

/// One PNG: what each class is in it, and the colours of these numbers, 0 being no class.
struct Painting {
  explicit Painting(std::size_t classes) : number(classes), colors(1) {}

  std::string png(const LabelMap& map) const {
    const auto of = [&](std::uint16_t label) { return label == LabelMap::kUnknown ? 0 : number[label]; };
    if (colors.size() <= kPaletteSize) {
      std::vector<std::uint8_t> indices(map.labels.size());
      std::transform(map.labels.begin(), map.labels.end(), indices.begin(),
                     [&](std::uint16_t label) { return static_cast<std::uint8_t>(of(label)); });
      return image::encode_png(image::PngKind::kPalette8, map.height, map.width, indices.data(), colors);
    }
    std::vector<Color> pixels(map.labels.size());
    std::transform(map.labels.begin(), map.labels.end(), pixels.begin(),
                   [&](std::uint16_t label) { return colors[of(label)]; });
    return image::encode_png(image::PngKind::kRgb8, map.height, map.width, pixels.data());
  }

  void add(std::uint16_t label, Color color) {
    number[label] = static_cast<std::uint32_t>(colors.size());
    colors.push_back(color);
  }

  std::vector<std::uint32_t> number;  ///< [label] index in colors
  std::vector<Color> colors;
};

static_assert(sizeof(Color) == 3, "an array of colours is the rows of a PNG");

bool is_background(const ClassList& classes, std::uint16_t label) {
  return classes.title(label) == kBackground;
}

/// All classes, in the order of labelmap.txt.
Painting class_painting(const ClassList& classes) {
  Painting painting(classes.size());
  for (std::size_t i = 0; i < classes.size(); ++i) {
    const auto label = static_cast<std::uint16_t>(i);
    if (!is_background(classes, label)) painting.add(label, image::color_of(label));
  }
  return painting;
}

/// The classes of the image.
Painting object_painting(const ClassList& classes, const LabelMap& map) {
  std::vector<bool> found(std::size_t{LabelMap::kUnknown} + 1);
  for (const std::uint16_t label : map.labels) found[label] = true;
  Painting painting(classes.size());
  for (std::size_t i = 0; i < classes.size(); ++i) {
    const auto label = static_cast<std::uint16_t>(i);
    if (found[i] && !is_background(classes, label)) painting.add(label, voc_color(painting.colors.size()));
  }
  return painting;
}

class CvatFile : public RunFileMaker {
 public:
  CvatFile(ByteSink& sink, const ClassList& classes) : zip_(sink) {
    label_map_ = "# label:color_rgb:parts:actions\nbackground:0,0,0::\n";
    for (std::size_t i = 0; i < classes.size(); ++i) {
      const auto label = static_cast<std::uint16_t>(i);
      if (is_background(classes, label)) continue;
      const Color color = image::color_of(label);
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

void cvat_part(const Subject& subject, ByteSink& sink) {
  const std::string class_png = class_painting(subject.classes).png(subject.map());
  const std::string object_png = object_painting(subject.classes, subject.map()).png(subject.map());
  sink.write(part_head("cvat") + fmt::format("{}\n{}\n{}\n", line_name(subject.result.stem, false),
                                             class_png.size(), object_png.size()));
  sink.write(class_png);
  sink.write(object_png);
}

std::unique_ptr<RunFileMaker> begin_cvat(ByteSink& sink, const ClassList& classes) {
  return std::make_unique<CvatFile>(sink, classes);
}

}  // namespace relprompt::formats
