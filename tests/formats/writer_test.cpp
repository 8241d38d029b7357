// Formats by name, files of runs, and what is refused.
#include <nlohmann/json.hpp>

#include <gmock/gmock.h>

#include "relprompt/error.h"
#include "relprompt/output.h"

#include "maps.h"
#include "test_support.h"

namespace relprompt::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;

class Writer : public testing::Test {
 protected:
  const LabelMap map_ = drawn_map({"aab", "a.b"});
  const ClassList classes_ = numbered_classes(2);
  const TemporaryFolder scratch_;
};

std::vector<std::string> mask_formats() {
  return {"coco", "coco-polygons", "coco-panoptic", "labelme", "labelstudio", "labelstudio-polygons",
          "cvat", "yolo-seg",      "geojson"};
}

TEST_F(Writer, NamesAreListed) {
  std::vector<std::string> names;
  for (const auto& format : output_formats()) names.push_back(format.name);
  auto all = mask_formats();
  all.insert(all.begin(), {"labels", "palette", "overlay", "overlay-png", "scores", "json"});
  EXPECT_EQ(names, all);
  EXPECT_EQ(output_format("coco").run_files, std::vector<std::string>{"coco.json"});
  EXPECT_EQ(output_format("labels").image_file, ".labels.png");
  for (const auto& name : all) EXPECT_ERROR(output_format("cocoa"), ErrorCode::kBadArgument, name);
}

TEST_F(Writer, ARunHasOneFileWithAllImages) {
  OutputWriter writer(scratch_ / "out", {"coco", "cvat", "labels", "yolo-seg"}, classes_);
  const LabelMap other = drawn_map({"b"});
  EXPECT_EQ(writer.add({"a.png", "a", map_}).size(), 2u);
  writer.add({"deep/b.png", "deep/b", other});
  EXPECT_FALSE(fs::exists(scratch_ / "out/coco.json")) << "not before the end";
  EXPECT_EQ(writer.finish().size(), 3u);
  const json document = json::parse(read_text(scratch_ / "out/coco.json"));
  ASSERT_EQ(document["images"].size(), 2u);
  EXPECT_EQ(document["images"][1]["file_name"], "deep/b.png");
  ASSERT_EQ(document["annotations"].size(), 3u);
  EXPECT_EQ(document["annotations"][2]["image_id"], 2);
  EXPECT_EQ(document["annotations"][2]["id"], 3);
  EXPECT_TRUE(fs::exists(scratch_ / "out/deep/b.labels.png"));
  EXPECT_TRUE(fs::exists(scratch_ / "out/deep/b.txt"));
  EXPECT_TRUE(fs::exists(scratch_ / "out/cvat.zip"));
  write_labels(scratch_ / "same.png", map_, 2);
  EXPECT_EQ(read_text(scratch_ / "out/a.labels.png"), read_text(scratch_ / "same.png"));
}

TEST_F(Writer, FilesOnTheDiskAreThoseInMemory) {
  // Large enough that texts are written in several pieces.
  const LabelMap map = noise(300, 400, 2, 0.1, 7);
  const ImageResult result{"a.png", "a", map};
  for (const auto& name : mask_formats()) {
    const auto& format = output_format(name);
    if (format.image_file.empty()) {
      EXPECT_ERROR(write_image_file(scratch_ / "none", name, result, classes_), ErrorCode::kBadArgument,
                   name);
    } else {
      write_image_file(scratch_ / name, name, result, classes_);
      EXPECT_EQ(read_text(scratch_ / name), encode_image_file(name, result, classes_)) << name;
    }
    if (!format.run_parts) continue;
    write_run_part(scratch_ / ("part." + name), name, result, classes_);
    EXPECT_EQ(read_text(scratch_ / ("part." + name)), encode_run_part(name, result, classes_)) << name;
  }
  EXPECT_ERROR(write_run_part(scratch_ / "none", "geojson", result, classes_), ErrorCode::kBadArgument,
               "geojson");
  EXPECT_FALSE(fs::exists(scratch_ / "none"));
}

TEST_F(Writer, FilesOfOthersStay) {
  write_text(scratch_ / "coco.json", "{}");
  EXPECT_ERROR(OutputWriter(scratch_.path(), {"coco"}, classes_), ErrorCode::kNotWritable, "coco.json");
  write_text(scratch_ / "b/a.geojson", "{}");
  OutputWriter writer(scratch_ / "b", {"geojson"}, classes_);
  EXPECT_ERROR(writer.add({"a.png", "a", map_}), ErrorCode::kNotWritable, "a.geojson");
  EXPECT_EQ(read_text(scratch_ / "coco.json"), "{}");
}

TEST_F(Writer, AnUnfinishedRunLeavesItsFileAlone) {
  const auto run = [&](bool finish) {
    OutputWriter writer(scratch_.path(), {"coco"}, classes_);
    writer.add({"a.png", "a", map_});
    if (finish) writer.finish();
  };
  run(false);
  EXPECT_FALSE(fs::exists(scratch_ / "coco.json"));
  run(true);
  const std::string first = read_text(scratch_ / "coco.json");
  run(false);
  EXPECT_EQ(read_text(scratch_ / "coco.json"), first);
  run(true);
  EXPECT_EQ(read_text(scratch_ / "coco.json"), first) << "its own file is replaced, and the same again";
}

TEST_F(Writer, ResultsDoNotReplaceEachOther) {
  OutputWriter writer(scratch_.path(), {"coco", "json"}, classes_);
  writer.add({"a.png", "a", map_, nullptr, "{}"});
  EXPECT_ERROR(writer.add({"a.png", "a", map_, nullptr, "{}"}), ErrorCode::kBadArgument, "stem a");
  OutputWriter second(scratch_.path(), {"coco", "json"}, classes_);
  EXPECT_ERROR(second.add({"coco.png", "coco", map_, nullptr, "{}"}), ErrorCode::kBadArgument, "coco.json");
}

TEST_F(Writer, WhatIsRefused) {
  const ImageResult result{"a.png", "a", map_};
  for (const auto& name : mask_formats()) {
    EXPECT_ERROR(encode_output(name, result, numbered_classes(1)), ErrorCode::kBadArgument, "label 1");
    for (const char* stem : {"", "/a", "../a", "b/../../a", "a/"})
      EXPECT_ERROR(encode_output(name, {"a.png", stem, map_}, classes_), ErrorCode::kBadArgument, stem);
    EXPECT_ERROR(encode_output(name, {"a.png", "a", LabelMap{}}, classes_), ErrorCode::kBadArgument, "0x0");
    EXPECT_ERROR(encode_output(name, {"a.png", "a", LabelMap{2, 2, {0}}}, classes_), ErrorCode::kBadArgument,
                 "2x2");
    OutputOptions options;
    options.simplify = -1;
    EXPECT_ERROR(encode_output(name, result, classes_, options), ErrorCode::kBadArgument, "-1");
  }
  EXPECT_ERROR(encode_output("overlay", result, classes_), ErrorCode::kBadArgument, "overlay");
  EXPECT_ERROR(encode_output("json", result, classes_), ErrorCode::kBadArgument, "report");
  EXPECT_ERROR(encode_output("scores", result, classes_), ErrorCode::kBadArgument, "ScoreFile");
  EXPECT_ERROR(RunFile(scratch_.path(), "coco", "cvat.zip", classes_), ErrorCode::kBadArgument, "cvat.zip");
  RunFile file(scratch_.path(), "coco", "coco.json", classes_);
  EXPECT_ERROR(file.add("anything"), ErrorCode::kBadArgument, "coco");
  EXPECT_ERROR(file.add(encode_run_part("labelstudio", result, classes_)), ErrorCode::kBadArgument, "coco");
}

TEST_F(Writer, UnknownPixelsAloneGiveNoMask) {
  const LabelMap map = drawn_map({"..", ".."});
  for (const auto& name : mask_formats())
    for (const auto& file : encode_output(name, {"a.png", "a", map}, classes_))
      EXPECT_THAT(file.bytes, testing::Not(HasSubstr("counts"))) << file.name;
  EXPECT_EQ(encode_output("yolo-seg", {"a.png", "a", map}, classes_)[0].bytes, "");
}

TEST_F(Writer, NamesThatAreNoUtf8KeepTheirBytes) {
  const auto files = encode_output("coco", {"a\xFF.png", "a\xFF", map_}, classes_);
  EXPECT_EQ(json::parse(files[0].bytes)["images"][0]["file_name_bytes"], "a%FF.png");
}

}  // namespace
}  // namespace relprompt::test
