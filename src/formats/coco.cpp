// Parts: a line with the members of the image's object, then a line with the members of each annotation's;
// the run's file numbers them.
#include "formats/coco.h"

#include <algorithm>

#include <fmt/format.h>

#include "relprompt/version.h"

#include "formats/coco_rle.h"
#include "formats/polygons.h"
#include "formats/run_part.h"
#include "formats/text_output.h"
#include "image/palette.h"
#include "image/png_writer.h"

namespace relprompt::formats {
namespace {

std::string image_line(const Subject& subject) {
  return members({{"file_name", subject.result.name},
                  {"height", subject.map().height},
                  {"width", subject.map().width}}) +
         "\n";
}

std::string box_text(const Box& box) {
  return fmt::format("[{},{},{},{}]", box.x, box.y, box.width, box.height);
}

/// Annotations are written first, as they come; the list of images waits in memory.
class CocoFile : public RunFileMaker {
 public:
  CocoFile(ByteSink& sink, const ClassList& classes, const char* format, bool panoptic)
      : sink_(sink), format_(format), panoptic_(panoptic) {
    sink_.write("{\"info\":{" +
                members({{"description", "masks by relprompt"}, {"version", RELPROMPT_VERSION}}) +
                "},\n\"licenses\":[],\n\"categories\":[");
    for (std::size_t label = 0; label < classes.size(); ++label)
      sink_.write((label == 0 ? "\n{" : ",\n{") + category(classes, static_cast<std::uint16_t>(label)) + "}");
    sink_.write("],\n\"annotations\":[");
  }

  void add(std::string_view part) override {
    PartLines lines(part, format_);
    const auto image = lines.next().value_or("");
    ++images_count_;
    images_ += fmt::format("{}\n{{\"id\":{},{}}}", images_.empty() ? "" : ",", images_count_, image);
    while (const auto line = lines.next()) {
      sink_.write(annotations_ == 0 ? "\n{" : ",\n{");
      ++annotations_;
      // A panoptic annotation is all about an image and has no number of its own.
      if (!panoptic_) sink_.write(fmt::format("\"id\":{},", annotations_));
      sink_.write(fmt::format("\"image_id\":{},", images_count_));
      sink_.write(*line);
      sink_.write("}");
    }
  }

  void finish() override { sink_.write("],\n\"images\":[" + images_ + "]}\n"); }

 private:
  std::string category(const ClassList& classes, std::uint16_t label) const {
    Json category = {{"id", category_id(label)}, {"name", classes.title(label)}, {"supercategory", ""}};
    if (panoptic_) {
      const auto color = image::color_of(label);
      category["isthing"] = 0;
      category["color"] = {color.red, color.green, color.blue};
    }
    return members(category);
  }

  ByteSink& sink_;
  const char* format_;
  bool panoptic_;
  std::string images_;
  std::size_t images_count_ = 0, annotations_ = 0;
};

/// Area and box of polygons as they are, simplified or not.
std::string measures(const std::vector<Ring>& rings) {
  std::int64_t doubled = 0;
  Point low = rings.front().front(), high = low;
  for (const Ring& ring : rings) {
    doubled += std::max<std::int64_t>(0, doubled_area(ring.data(), ring.size()));
    for (const Point point : ring) {
      low = {std::min(low.x, point.x), std::min(low.y, point.y)};
      high = {std::max(high.x, point.x), std::max(high.y, point.y)};
    }
  }
  std::string text = "\"area\":";
  append_number(text, static_cast<double>(doubled) / 2);
  return text + fmt::format(",\"bbox\":[{},{},{},{}]", low.x, low.y, high.x - low.x, high.y - low.y);
}

}  // namespace

std::string coco_part(const Subject& subject) {
  const MaskRuns masks(subject.map(), PixelOrder::kColumns);
  const std::uint64_t all = subject.map().labels.size();
  std::string part = part_head("coco") + image_line(subject);
  for (std::size_t i = 0; i < masks.labels().size(); ++i) {
    const auto [begin, end] = masks.runs(i);
    part += fmt::format("\"category_id\":{},\"segmentation\":{{\"size\":[{},{}],\"counts\":{}}},",
                        category_id(masks.labels()[i]), masks.height(), masks.width(),
                        quoted(coco_counts(begin, end, all)));
    part += fmt::format("\"area\":{},\"bbox\":{},\"iscrowd\":0\n", masks.pixels(i), box_text(masks.box(i)));
  }
  return part;
}

std::string coco_polygons_part(const Subject& subject) {
  const Polygons polygons(subject.map(), subject.options);
  std::string part = part_head("coco-polygons") + image_line(subject);
  for (const std::uint16_t label : polygons.labels()) {
    const auto rings = polygons.joined(label);
    if (rings.empty()) continue;
    part += fmt::format("\"category_id\":{},\"segmentation\":[", category_id(label));
    for (std::size_t i = 0; i < rings.size(); ++i) part += (i == 0 ? "" : ",") + flat_ring(rings[i]);
    part += "]," + measures(rings) + ",\"iscrowd\":0\n";
  }
  return part;
}

std::string panoptic_part(const Subject& subject) {
  const MaskRuns masks(subject.map(), PixelOrder::kRows);
  std::string part = part_head("coco-panoptic") + image_line(subject);
  part += members({{"file_name", subject.result.stem + ".panoptic.png"}}) + ",\"segments_info\":[";
  for (std::size_t i = 0; i < masks.labels().size(); ++i) {
    const unsigned id = category_id(masks.labels()[i]);
    part += fmt::format("{}{{\"id\":{},\"category_id\":{},\"area\":{},\"bbox\":{},\"iscrowd\":0}}",
                        i == 0 ? "" : ",", id, id, masks.pixels(i), box_text(masks.box(i)));
  }
  return part + "]\n";
}

std::string panoptic_png(const Subject& subject) {
  const LabelMap& map = subject.map();
  std::vector<std::uint8_t> rgb;
  rgb.reserve(map.labels.size() * 3);
  for (const std::uint16_t label : map.labels) {
    const unsigned id = label == LabelMap::kUnknown ? 0 : category_id(label);
    rgb.insert(rgb.end(), {static_cast<std::uint8_t>(id), static_cast<std::uint8_t>(id >> 8),
                           static_cast<std::uint8_t>(id >> 16)});
  }
  return image::encode_png(image::PngKind::kRgb8, map.height, map.width, rgb.data());
}

std::unique_ptr<RunFileMaker> begin_coco(ByteSink& sink, const ClassList& classes) {
  return std::make_unique<CocoFile>(sink, classes, "coco", false);
}

std::unique_ptr<RunFileMaker> begin_coco_polygons(ByteSink& sink, const ClassList& classes) {
  return std::make_unique<CocoFile>(sink, classes, "coco-polygons", false);
}

std::unique_ptr<RunFileMaker> begin_panoptic(ByteSink& sink, const ClassList& classes) {
  return std::make_unique<CocoFile>(sink, classes, "coco-panoptic", true);
}

}  // namespace relprompt::formats
