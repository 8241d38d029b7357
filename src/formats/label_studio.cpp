// Parts: the task of the image as a line of JSON.
#include "formats/label_studio.h"

#include <fmt/format.h>

#include "relprompt/error.h"
#include "relprompt/version.h"

#include "base/json_output.h"
#include "formats/brush_rle.h"
#include "formats/mask_runs.h"
#include "formats/polygons.h"
#include "formats/run_part.h"
#include "formats/static_file.h"
#include "formats/text_output.h"
#include "image/palette.h"

namespace relprompt::formats {
namespace {

constexpr const char* kBrush = "labelstudio";
constexpr const char* kPolygons = "labelstudio-polygons";

/// Where Label Studio serves files of a local storage from; the converters of its makers write the same.
std::string image_address(const std::string& name) {
  return "/data/local-files/?d=" + percent_encoded(name);
}

/// The task up to its results.
std::string task_begin(const Subject& subject, const char* format) {
  return part_head(format) + "{\"data\":{" + members({{"image", image_address(subject.result.name)}}) +
         "},\"predictions\":[{" + members({{"model_version", "relprompt " RELPROMPT_VERSION}}) +
         ",\"result\":[";
}

/// A result up to its value.
std::string result_begin(const Subject& subject, const std::string& id, const char* type) {
  return members({{"id", id},
                  {"from_name", "label"},
                  {"to_name", "image"},
                  {"type", type},
                  {"original_width", subject.map().width},
                  {"original_height", subject.map().height},
                  {"image_rotation", 0}}) +
         ",\"value\":{";
}

/// Tasks between brackets.
class TaskFile : public RunFileMaker {
 public:
  TaskFile(ByteSink& sink, const char* format) : sink_(sink), format_(format) { sink_.write("["); }

  void add(std::string_view part) override {
    PartLines lines(part, format_);
    sink_.write(is_first_ ? "\n" : ",\n");
    sink_.write(lines.next().value_or("{}"));
    is_first_ = false;
  }

  void finish() override { sink_.write("\n]\n"); }

 private:
  ByteSink& sink_;
  const char* format_;
  bool is_first_ = true;
};

std::string attribute(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

std::string interface_for(const ClassList& classes, const char* control) {
  std::string text = "<View>\n  <Image name=\"image\" value=\"$image\" zoom=\"true\"/>\n";
  text += fmt::format("  <{} name=\"label\" toName=\"image\">\n", control);
  for (std::size_t label = 0; label < classes.size(); ++label) {
    const auto color = image::color_of(static_cast<std::uint16_t>(label));
    text += fmt::format("    <Label value=\"{}\" background=\"#{:02x}{:02x}{:02x}\"/>\n",
                        attribute(classes.title(label)), color.red, color.green, color.blue);
  }
  return text + fmt::format("  </{}>\n</View>\n", control);
}

}  // namespace

void label_studio_brush_part(const Subject& subject, ByteSink& sink) {
  const std::uint64_t all = subject.map().labels.size();
  if (all > kMostBrushPixels) {
    throw Error(ErrorCode::kImageTooLarge,
                fmt::format("{}: {} pixels; brush masks of Label Studio hold at most {}", subject.result.name,
                            all, kMostBrushPixels));
  }
  const MaskRuns masks(subject.map(), PixelOrder::kRows);
  TextOutput part(sink);
  part << task_begin(subject, kBrush);
  for (std::size_t i = 0; i < masks.labels().size(); ++i) {
    const std::uint16_t label = masks.labels()[i];
    const auto [begin, end] = masks.runs(i);
    part << (i == 0 ? "{" : ",{") << result_begin(subject, fmt::format("class-{}", label), "brushlabels")
         << "\"format\":\"rle\",\"rle\":[";
    bool is_first = true;
    for (const std::uint8_t byte : brush_rle(begin, end, all)) {
      if (!is_first) part << ",";
      is_first = false;
      append_number(part.text(), std::uint64_t{byte});
    }
    part << "],\"brushlabels\":[" << quoted(subject.title(label)) << "]}}";
    part.pass_on();
  }
  part << "]}]}\n";
  part.finish();
}

void label_studio_polygons_part(const Subject& subject, ByteSink& sink) {
  // Label Studio counts in percent of the image's sides.
  const double factor_x = 100.0 / subject.map().width, factor_y = 100.0 / subject.map().height;
  TextOutput part(sink);
  part << task_begin(subject, kPolygons);
  bool is_first = true;
  for_each_class(subject.map(), subject.options, [&](const Polygons& polygons, std::uint16_t label) {
    const std::string end = ",\"closed\":true,\"polygonlabels\":[" + quoted(subject.title(label)) + "]}}";
    std::size_t number = 0;
    polygons.joined(label, [&](const Ring& ring) {
      part << (is_first ? "{" : ",{")
           << result_begin(subject, fmt::format("class-{}-{}", label, ++number), "polygonlabels")
           << "\"points\":";
      is_first = false;
      append_nested(part.text(), ring, factor_x, factor_y, false);
      part << end;
      part.pass_on();
    });
  });
  part << "]}]}\n";
  part.finish();
}

std::unique_ptr<RunFileMaker> begin_label_studio_brush(ByteSink& sink, const ClassList&) {
  return std::make_unique<TaskFile>(sink, kBrush);
}

std::unique_ptr<RunFileMaker> begin_label_studio_polygons(ByteSink& sink, const ClassList&) {
  return std::make_unique<TaskFile>(sink, kPolygons);
}

std::unique_ptr<RunFileMaker> begin_brush_interface(ByteSink& sink, const ClassList& classes) {
  return std::make_unique<StaticFile>(sink, interface_for(classes, "BrushLabels"));
}

std::unique_ptr<RunFileMaker> begin_polygon_interface(ByteSink& sink, const ClassList& classes) {
  return std::make_unique<StaticFile>(sink, interface_for(classes, "PolygonLabels"));
}

}  // namespace relprompt::formats
