// What COCO's files say, through the public interface alone: structure, names, numbers, and masks that are
// the label map again.
#include <nlohmann/json.hpp>

#include <gmock/gmock.h>

#include "rebuilt.h"

namespace relprompt::test {
namespace {

using nlohmann::json;

void expect_categories(const json& document, std::size_t classes) {
  ASSERT_EQ(document.at("categories").size(), classes);
  for (std::size_t i = 0; i < classes; ++i) {
    EXPECT_EQ(document["categories"][i]["id"], i + 1);
    EXPECT_EQ(document["categories"][i]["name"], "class " + std::to_string(i));
  }
  ASSERT_EQ(document.at("images").size(), 1u);
  EXPECT_EQ(document["images"][0]["id"], 1);
  EXPECT_EQ(document["images"][0]["file_name"], "north/street.jpg");
  EXPECT_TRUE(document.contains("info") && document.contains("licenses"));
}

TEST(CocoFile, HoldsTheMap) {
  for (const auto& [name, map, classes] : difficult_maps()) {
    const auto files = files_of("coco", map, classes);
    ASSERT_EQ(files.size(), 1u);
    const json document = json::parse(files.at("coco.json"));
    if (classes < 100) expect_categories(document, classes);
    Rebuilt rebuilt(map);
    std::size_t id = 0, category = 0;
    for (const json& one : document.at("annotations")) {
      EXPECT_EQ(one.at("id"), ++id);
      EXPECT_EQ(one.at("image_id"), 1);
      EXPECT_EQ(one.at("iscrowd"), 0);
      EXPECT_LT(category, one.at("category_id").get<std::size_t>())
          << name << ": one a class, in their order";
      category = one["category_id"];
      ASSERT_EQ(one.at("segmentation").at("size"), json({map.height, map.width}));
      const Mask mask = decode_coco(one["segmentation"]["counts"], map.height, map.width);
      EXPECT_EQ(one.at("area"), std::count(mask.begin(), mask.end(), true)) << name;
      rebuilt.put(mask, category - 1);
    }
    EXPECT_EQ(rebuilt.labels(), map.labels) << name;
  }
}

TEST(CocoFile, HoldsTheMapAsPolygons) {
  for (const auto& [name, map, classes] : difficult_maps()) {
    const json document = json::parse(files_of("coco-polygons", map, classes).at("coco-polygons.json"));
    Rebuilt rebuilt(map);
    for (const json& one : document.at("annotations")) {
      std::vector<Line> lines;
      for (const json& polygon : one.at("segmentation")) lines.push_back(flat_line(polygon));
      const Mask mask = fill_even_odd(lines, map.height, map.width);
      EXPECT_EQ(one.at("area"), std::count(mask.begin(), mask.end(), true)) << name;
      rebuilt.put(mask, one.at("category_id").get<std::size_t>() - 1);
    }
    EXPECT_EQ(rebuilt.labels(), map.labels) << name;
  }
}

TEST(CocoFile, AreaAndBoxAreThoseOfThePolygonsThatAreWritten) {
  OutputOptions options;
  options.min_polygon = 3;
  const auto map = drawn_map({"aaa.a", "a.a..", "aaa.a"});
  const json document = json::parse(files_of("coco-polygons", map, 1, options).at("coco-polygons.json"));
  ASSERT_EQ(document["annotations"].size(), 1u);
  EXPECT_EQ(document["annotations"][0]["area"], 9) << "the hole is filled";
  EXPECT_EQ(document["annotations"][0]["bbox"], json({0, 0, 3, 3}));
}

TEST(PanopticFiles, NumberThePixels) {
  const LabelMap map = noise(30, 40, 1000, 0.1, 4);
  const auto files = files_of("coco-panoptic", map, 1000);
  ASSERT_EQ(files.size(), 2u);
  const auto& png = files.at("north/street.panoptic.png");
  const Image image = decode_image(reinterpret_cast<const std::uint8_t*>(png.data()), png.size());
  std::map<std::size_t, std::size_t> pixels;
  for (std::size_t i = 0; i < map.labels.size(); ++i) {
    const std::size_t id = image.rgb[3 * i] + 256U * image.rgb[3 * i + 1] + 65536U * image.rgb[3 * i + 2];
    ASSERT_EQ(id, map.labels[i] == LabelMap::kUnknown ? 0U : map.labels[i] + 1U);
    if (id > 0) ++pixels[id];
  }
  const json document = json::parse(files.at("coco-panoptic.json"));
  expect_categories(document, 1000);
  EXPECT_EQ(document["categories"][7]["isthing"], 0);
  EXPECT_EQ(document["categories"][7]["color"].size(), 3u);
  ASSERT_EQ(document["annotations"].size(), 1u);
  const json& one = document["annotations"][0];
  EXPECT_EQ(one["image_id"], 1);
  EXPECT_EQ(one["file_name"], "north/street.panoptic.png");
  ASSERT_EQ(one["segments_info"].size(), pixels.size());
  for (const json& segment : one["segments_info"]) {
    EXPECT_EQ(segment["area"], pixels.at(segment["id"]));
    EXPECT_EQ(segment["category_id"], segment["id"]);
    EXPECT_EQ(segment["bbox"].size(), 4u);
    EXPECT_EQ(segment["iscrowd"], 0);
  }
}

}  // namespace
}  // namespace relprompt::test
