// Parts: a line with the members of the image's object, then a line with the members of each annotation's;
// the run's file numbers them.
#include "formats/coco.h"

#include <algorithm>
#include <limits>

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
class Measures {
 public:
  void add(const Ring& ring) {
    doubled_ += std::max<std::int64_t>(0, doubled_area(ring.data(), ring.size()));
    for (const Point point : ring) {
      low_ = {std::min(low_.x, point.x), std::min(low_.y, point.y)};
      high_ = {std::max(high_.x, point.x), std::max(high_.y, point.y)};
    }
  }

  void append_to(std::string& text) const {
    text += "\"area\":";
    append_number(text, static_cast<double>(doubled_) / 2);
    text += fmt::format(",\"bbox\":[{},{},{},{}]", low_.x, low_.y, high_.x - low_.x, high_.y - low_.y);
  }

 private:
  static constexpr std::int32_t kFar = std::numeric_limits<std::int32_t>::max();
  std::int64_t doubled_ = 0;
  Point low_ = {kFar, kFar}, high_ = {0, 0};
};

}  // namespace

void coco_part(const Subject& subject, ByteSink& sink) {
  const MaskRuns masks(subject.map(), PixelOrder::kColumns);
  const std::uint64_t all = subject.map().labels.size();
  TextOutput part(sink);
  part << part_head("coco") << image_line(subject);
  for (std::size_t i = 0; i < masks.labels().size(); ++i) {
    const auto [begin, end] = masks.runs(i);
    part << fmt::format("\"category_id\":{},\"segmentation\":{{\"size\":[{},{}],\"counts\":",
                        category_id(masks.labels()[i]), masks.height(), masks.width())
         << quoted(coco_counts(begin, end, all))
         << fmt::format("}},\"area\":{},\"bbox\":{},\"iscrowd\":0\n", masks.pixels(i),
                        box_text(masks.box(i)));
    part.pass_on();
  }
  part.finish();
}

void coco_polygons_part(const Subject& subject, ByteSink& sink) {
  TextOutput part(sink);
  part << part_head("coco-polygons") << image_line(subject);
  for_each_class(subject.map(), subject.options, [&](const Polygons& polygons, std::uint16_t label) {
    bool is_first = true;
    Measures measures;
    polygons.joined(label, [&](const Ring& ring) {
      if (is_first) part << fmt::format("\"category_id\":{},\"segmentation\":[", category_id(label));
      if (!is_first) part << ",";
      is_first = false;
      measures.add(ring);
      append_flat(part.text(), ring);
      part.pass_on();
    });
    if (is_first) return;
    part << "],";
    measures.append_to(part.text());
    part << ",\"iscrowd\":0\n";
  });
  part.finish();
}

void panoptic_part(const Subject& subject, ByteSink& sink) {
  const MaskRuns masks(subject.map(), PixelOrder::kRows);
  std::string part = part_head("coco-panoptic") + image_line(subject);
  part += members({{"file_name", subject.result.stem + ".panoptic.png"}}) + ",\"segments_info\":[";
  for (std::size_t i = 0; i < masks.labels().size(); ++i) {
    const unsigned id = category_id(masks.labels()[i]);
    part += fmt::format("{}{{\"id\":{},\"category_id\":{},\"area\":{},\"bbox\":{},\"iscrowd\":0}}",
                        i == 0 ? "" : ",", id, id, masks.pixels(i), box_text(masks.box(i)));
  }
  sink.write(part += "]\n");
}

void panoptic_png(const Subject& subject, ByteSink& sink) {
  const LabelMap& map = subject.map();
  std::vector<std::uint8_t> rgb(map.labels.size() * 3);
  for (std::size_t i = 0; i < map.labels.size(); ++i) {
    const std::uint16_t label = map.labels[i];
    const unsigned id = label == LabelMap::kUnknown ? 0 : category_id(label);
    rgb[3 * i] = static_cast<std::uint8_t>(id);
    rgb[3 * i + 1] = static_cast<std::uint8_t>(id >> 8);
    rgb[3 * i + 2] = static_cast<std::uint8_t>(id >> 16);
  }
  sink.write(image::encode_png(image::PngKind::kRgb8, map.height, map.width, rgb.data()));
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
