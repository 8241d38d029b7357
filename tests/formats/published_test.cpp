// Every file against the structure that its format's makers publish: which keys, of which types, and nothing
// else. Written from these descriptions, not from the writers:
//   LabelMe         labelme/label_file.py's keys, as its examples show them
//   Label Studio    labelstud.io, "Import pre-annotations": brush and polygon results
//   CVAT            docs.cvat.ai, "Segmentation mask": Pascal VOC's folders and labelmap.txt
//   YOLO            docs.ultralytics.com, "Instance segmentation datasets"
//   GeoJSON         RFC 7946
#include "published.h"

#include <regex>
#include <sstream>

#include <gmock/gmock.h>

namespace relprompt::test {
namespace {

TEST_F(Published, LabelMe) {
  const json file = document("labelme", "north/street.labelme.json");
  expect_fields(file,
                {{"version", "string"},
                 {"flags", "object"},
                 {"shapes", "array"},
                 {"imagePath", "string"},
                 {"imageData", "null"},
                 {"imageHeight", "integer"},
                 {"imageWidth", "integer"}},
                "LabelMe");
  EXPECT_EQ(file["shapes"].size(), 3u);
  for (const json& shape : file["shapes"]) {
    expect_fields(shape,
                  {{"label", "string"},
                   {"points", "array"},
                   {"group_id", "null"},
                   {"description", "string"},
                   {"shape_type", "string"},
                   {"flags", "object"}},
                  "shape");
    EXPECT_GE(shape["points"].size(), 3u);
    for (const json& point : shape["points"]) EXPECT_EQ(point.size(), 2u);
  }
}

TEST_F(Published, LabelStudio) {
  for (const std::string kind : {"labelstudio", "labelstudio-polygons"}) {
    const bool brush = kind == "labelstudio";
    const json tasks = document(kind, kind + ".json");
    ASSERT_TRUE(tasks.is_array());
    for (const json& task : tasks) {
      expect_fields(task, {{"data", "object"}, {"predictions", "array"}}, "task");
      expect_fields(task["data"], {{"image", "string"}}, "data");
      for (const json& prediction : task["predictions"]) {
        expect_fields(prediction, {{"model_version?", "string"}, {"score?", "number"}, {"result", "array"}},
                      "prediction");
        EXPECT_EQ(prediction["result"].size(), brush ? 2u : 3u);
        for (const json& result : prediction["result"]) {
          expect_fields(result,
                        {{"id", "string"},
                         {"type", "string"},
                         {"from_name", "string"},
                         {"to_name", "string"},
                         {"original_width", "integer"},
                         {"original_height", "integer"},
                         {"image_rotation", "integer"},
                         {"value", "object"}},
                        "result");
          expect_fields(result["value"],
                        brush
                            ? Fields{{"format", "string"}, {"rle", "array"}, {"brushlabels", "array"}}
                            : Fields{{"points", "array"}, {"closed?", "boolean"}, {"polygonlabels", "array"}},
                        "value");
          if (brush) continue;
          for (const json& point : result["value"]["points"])
            for (const json& number : point) EXPECT_TRUE(number >= 0 && number <= 100) << "percent";
        }
      }
    }
    // The names in results are those of the labelling interface's tags.
    const std::string interface = files(kind).at(kind + ".xml");
    EXPECT_THAT(interface, testing::HasSubstr("<Image name=\"image\" value=\"$image\""));
    EXPECT_THAT(interface, testing::HasSubstr(brush ? "<BrushLabels name=\"label\" toName=\"image\""
                                                    : "<PolygonLabels name=\"label\" toName=\"image\""));
  }
}

TEST_F(Published, Yolo) {
  std::istringstream lines(files("yolo-seg").at("north/street.txt"));
  const std::regex line_form("[0-9]+( (0|1|0\\.[0-9]+)){6,}");
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    EXPECT_TRUE(std::regex_match(line, line_form)) << line;
    EXPECT_EQ(std::count(line.begin(), line.end(), ' ') % 2, 0) << "pairs of numbers";
  }
  EXPECT_EQ(count, 3);
  EXPECT_TRUE(
      std::regex_search(files("yolo-seg").at("data.yaml"), std::regex("\nnames:\n( +[0-9]+: .+\n){2}")));
}

double doubled_area(const json& ring) {
  double sum = 0;
  for (std::size_t i = 0; i + 1 < ring.size(); ++i)
    sum += ring[i][0].get<double>() * ring[i + 1][1].get<double>() -
           ring[i + 1][0].get<double>() * ring[i][1].get<double>();
  return sum;
}

TEST_F(Published, GeoJson) {
  const json file = document("geojson", "north/street.geojson");
  expect_fields(file, {{"type", "string"}, {"features", "array"}, {"image", "object"}}, "GeoJSON");
  EXPECT_EQ(file["type"], "FeatureCollection");
  ASSERT_EQ(file["features"].size(), 2u);
  for (const json& feature : file["features"]) {
    expect_fields(feature, {{"type", "string"}, {"properties", "object"}, {"geometry", "object"}}, "feature");
    EXPECT_EQ(feature["type"], "Feature");
    expect_fields(feature["geometry"], {{"type", "string"}, {"coordinates", "array"}}, "geometry");
    EXPECT_EQ(feature["geometry"]["type"], "MultiPolygon");
    for (const json& polygon : feature["geometry"]["coordinates"]) {
      for (std::size_t i = 0; i < polygon.size(); ++i) {
        EXPECT_GE(polygon[i].size(), 4u) << "a linear ring has four positions at least";
        EXPECT_EQ(polygon[i].front(), polygon[i].back()) << "and is closed";
        for (const json& position : polygon[i]) EXPECT_EQ(position.size(), 2u);
        EXPECT_EQ(doubled_area(polygon[i]) > 0, i == 0)
            << "outside counterclockwise, holes clockwise, as numbers";
      }
    }
  }
  EXPECT_EQ(file["features"][0]["geometry"]["coordinates"][0].size(), 2u) << "one hole";
}

TEST_F(Published, Cvat) {
  // What the archive holds is checked in zip_test.cpp; here its index, whose names stand uncompressed.
  const std::string zip = files("cvat").at("cvat.zip");
  for (const char* name : {"SegmentationClass/north/street.png", "SegmentationObject/north/street.png",
                           "ImageSets/Segmentation/default.txt", "labelmap.txt"})
    EXPECT_THAT(zip, testing::HasSubstr(name));
}

}  // namespace
}  // namespace relprompt::test
