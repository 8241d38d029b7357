// relprompt raster, judged by GDAL's own programs and by `relprompt segment` on the same picture.
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <set>

#include <gmock/gmock.h>
#include <unistd.h>

#include "image/label_files.h"
#include "tiny_segment.h"

namespace relprompt::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

constexpr int kHeight = 150, kWidth = 300;

/// What a program of GDAL says. Fails the test if it fails.
std::string gdal(const Workplace& place, const std::string& command) {
  const std::string line = "cd '" + place.path().string() + "' && " + command + " 2>&1";
  std::FILE* pipe = ::popen(line.c_str(), "r");
  std::string text;
  char chunk[4096];
  while (const std::size_t got = std::fread(chunk, 1, sizeof chunk, pipe)) text.append(chunk, got);
  EXPECT_EQ(::pclose(pipe), 0) << command << "\n" << text;
  return text;
}

class Raster : public TinySegment {
 protected:
  void SetUp() override {
    if (!fs::exists(RELPROMPT_RASTER_LIBRARY)) GTEST_SKIP() << "no librelprompt-raster";
    if (std::system("gdalinfo --version > /dev/null 2>&1") != 0) GTEST_SKIP() << "no programs of GDAL";
    TinySegment::SetUp();
    write_test_image(place_ / "in.png", kHeight, kWidth);
    gdal(place_, "gdal_translate -q -a_srs EPSG:32633 -a_ullr 500000 5400075 500150 5400000 in.png in.tif");
  }

  Outcome raster(const std::string& input, std::vector<std::string> more = {},
                 const std::string& output = "labels.tif") const {
    std::vector<std::string> words = {
        "raster",           input,     "-c",         "road, sky, grass", "-o", output,     "-m",
        "tiny.safetensors", "--vocab", "merges.txt", "--window",         "64", "--stride", "40"};
    words.insert(words.end(), more.begin(), more.end());
    return place_.run(words);
  }

  void expect_labels(const std::string& input, const std::vector<std::string>& more = {},
                     const std::string& output = "labels.tif") const {
    const Outcome outcome = raster(input, more, output);
    ASSERT_EQ(outcome.status, 0) << outcome;
  }

  /// The samples of a band of bytes, as GDAL reads them.
  std::vector<std::uint16_t> labels_of(const std::string& tif, const std::string& band = "1") const {
    gdal(place_, "gdal_translate -q -of ENVI -b " + band + " " + tif + " read.img");
    std::vector<std::uint16_t> labels;
    for (const char byte : read_text(place_ / "read.img")) labels.push_back(static_cast<std::uint8_t>(byte));
    return labels;
  }

  /// Labels of `relprompt segment` on the picture as it is, in one piece.
  std::vector<std::uint16_t> whole(const std::string& png, int height = kHeight) const {
    const Outcome outcome =
        place_.run({"segment", png, "-c", "road, sky, grass", "-m", "tiny.safetensors", "--vocab",
                    "merges.txt", "-o", "whole", "--save", "labels", "--window", "64", "--stride", "40",
                    "--short-side", std::to_string(height)});
    EXPECT_EQ(outcome.status, 0) << outcome;
    return image::read_labels_png(place_ / ("whole/" + fs::path(png).stem().string() + ".labels.png"))
        .map.labels;
  }

  bool wait_for_blocks(std::size_t count,
                       const std::string& journal = "labels.tif.parts/0-of-1.jsonl") const {
    for (int i = 0; i < 6000; ++i) {
      const std::string text = fs::exists(place_ / journal) ? read_text(place_ / journal) : "";
      if (static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) > count) return true;
      ::usleep(10'000);
    }
    return false;
  }
};

TEST_F(Raster, HasTheLabelsOfOnePiece) {
  expect_labels("in.tif", {"--block", "128"});
  const auto expected = whole("in.png");
  EXPECT_EQ(labels_of("labels.tif"), expected);
  EXPECT_GT(std::set<std::uint16_t>(expected.begin(), expected.end()).size(), 1U)
      << "or there is nothing to compare";
  expect_labels("in.tif", {"--cog", "--compression", "lzw"}, "other.tif");
  EXPECT_EQ(labels_of("other.tif"), expected);
  EXPECT_THAT(gdal(place_, "gdalinfo other.tif"),
              AllOf(HasSubstr("LAYOUT=COG"), HasSubstr("COMPRESSION=LZW")));
}

TEST_F(Raster, IsDescribedToGdal) {
  expect_labels("in.tif");
  const std::string info = gdal(place_, "gdalinfo labels.tif");
  EXPECT_THAT(info, HasSubstr("ID[\"EPSG\",32633]"));
  EXPECT_THAT(info, HasSubstr("Origin = (500000.000000000000000,5400075.000000000000000)"));
  EXPECT_THAT(info, HasSubstr("Pixel Size = (0.500000000000000,-0.500000000000000)"));
  EXPECT_THAT(info, HasSubstr("Block=512x512 Type=Byte, ColorInterp=Palette"));
  EXPECT_THAT(info, HasSubstr("NoData Value=255"));
  EXPECT_THAT(info, HasSubstr("COMPRESSION=DEFLATE"));
  EXPECT_THAT(info, AllOf(HasSubstr("  0: road\n"), HasSubstr("  1: sky\n"), HasSubstr("  2: grass\n")));
  EXPECT_THAT(info, HasSubstr("CLASS_2=grass"));
  const json report = json::parse(read_text(place_ / "labels.json"));
  std::uint64_t pixels = 0;
  for (const auto& row : report["classes"]) pixels += row["pixels"].get<std::uint64_t>();
  EXPECT_EQ(pixels, static_cast<std::uint64_t>(kHeight) * kWidth);
  EXPECT_EQ(report["pixel_area"], 0.25);
  EXPECT_THAT(place_.files("."), Not(testing::Contains(HasSubstr(".parts"))));
}

TEST_F(Raster, LeavesOutPixelsWithoutData) {
  gdal(place_, "gdal_translate -q -scale 0 255 1 255 in.tif bright.tif");  // no pixel of it is 0
  gdal(place_, "gdal_translate -q -srcwin -30 -20 360 190 -a_nodata 0 bright.tif border.tif");
  gdal(place_, "gdal_translate -q -a_nodata none -of PNG border.tif border.png");
  expect_labels("border.tif", {"--block", "128", "--unknown", "-1"});
  const auto found = labels_of("labels.tif"), expected = whole("border.png", 190);
  std::size_t with_data = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto y = i / 360, x = i % 360;
    const bool inside = y >= 20 && y < 170 && x >= 30 && x < 330;
    ASSERT_EQ(found[i], inside ? expected[i] : 255) << x << ", " << y;
    with_data += inside ? 1 : 0;
  }
  const json report = json::parse(read_text(place_ / "labels.json"));
  EXPECT_EQ(report["nodata"], 360 * 190 - with_data);
  EXPECT_THAT(gdal(place_, "gdal_translate -q -srcwin 0 0 20 20 border.tif none.tif"), "");
  expect_labels("none.tif", {}, "none_labels.tif");
  for (const auto label : labels_of("none_labels.tif")) ASSERT_EQ(label, 255);
}

TEST_F(Raster, OfSixteenBitsIsScaled) {
  gdal(place_, "gdal_translate -q -ot UInt16 -scale 0 255 100 4180 -b 3 -b 2 -b 1 -b 1 in.tif four.tif");
  expect_labels("four.tif", {"--bands", "3,2,1", "--range", "100,4180"});
  EXPECT_EQ(labels_of("labels.tif"), whole("in.png"));
  const Outcome measured = raster("four.tif", {"--bands", "3,2,1", "--block", "128"}, "measured.tif");
  EXPECT_THAT(measured.err, HasSubstr("black to white: ")) << measured;
  const json report = json::parse(read_text(place_ / "measured.json"));
  EXPECT_EQ(report["raster"]["ranges"].size(), 3U);
  EXPECT_THAT(raster("four.tif", {"--bands", "5"}).err, HasSubstr("no band 5: expected 1 to 4"));
}

TEST_F(Raster, OfAnyShapeTypeAndPlaceIsLabelled) {
  struct Case {
    const char *name, *options;
    int width, height;
  };
  const Case cases[] = {{"row", "-srcwin 0 5 300 1", 300, 1},
                        {"column", "-srcwin 7 0 1 150", 1, 150},
                        {"pixel", "-srcwin 3 3 1 1", 1, 1},
                        {"grey", "-b 1", 300, 150},
                        {"float", "-ot Float32 -scale 0 255 -1 1", 300, 150},
                        {"degrees", "-a_srs EPSG:4326 -a_ullr 14 50 14.003 49.9985", 300, 150}};
  for (const auto& [name, options, width, height] : cases) {
    gdal(place_, std::string("gdal_translate -q ") + options + " in.tif case.tif");
    expect_labels("case.tif", {}, std::string(name) + ".tif");
    EXPECT_THAT(gdal(place_, std::string("gdalinfo ") + name + ".tif"),
                HasSubstr("Size is " + std::to_string(width) + ", " + std::to_string(height)));
  }
  const Outcome nowhere = raster("in.png", {}, "nowhere.tif");
  EXPECT_THAT(nowhere.err, HasSubstr("no place on the ground")) << nowhere;
  EXPECT_EQ(labels_of("nowhere.tif"), whole("in.png"));
}

TEST_F(Raster, IsResampledToGroundUnits) {
  const std::vector<std::string> metre = {"--resolution", "1", "--block"};
  for (const char* block : {"128", "2048"}) {
    auto words = metre;
    words.emplace_back(block);
    expect_labels("in.tif", words, std::string("m") + block + ".tif");
  }
  EXPECT_THAT(gdal(place_, "gdalinfo m128.tif"),
              AllOf(HasSubstr("Size is 150, 75"), HasSubstr("Pixel Size = (1.000000000000000,-1.0")));
  EXPECT_EQ(labels_of("m128.tif"), labels_of("m2048.tif"));
  EXPECT_EQ(raster("in.png", metre).status, 2) << "a number is missing";
  EXPECT_THAT(raster("in.png", {"--resolution", "1"}).err, HasSubstr("no resolution to change"));
  EXPECT_THAT(raster("in.tif", {"--resolution", "1e-9"}).err, HasSubstr("pixels"));
}

TEST_F(Raster, BecomesPolygonsWithAreas) {
  expect_labels("in.tif", {"--save", "polygons"});
  const std::string info = gdal(
      place_, "ogrinfo -q labels.gpkg -sql 'select sum(area) as a, count(distinct class) as c from labels'");
  EXPECT_THAT(info, HasSubstr("a (Real) = 11250")) << "150 m x 75 m\n" << info;
  EXPECT_THAT(gdal(place_, "ogrinfo -so labels.gpkg labels"),
              AllOf(HasSubstr("Geometry: Polygon"), HasSubstr("32633"), HasSubstr("class: String")));
  EXPECT_FALSE(fs::exists(place_ / "labels.json"));
  // A degree of latitude is 111.1 km at 50 degrees, one of longitude 71.7 km.
  gdal(place_, "gdal_translate -q -a_srs EPSG:4326 -a_ullr 14 50 14.003 49.9985 in.tif degrees.tif");
  expect_labels("degrees.tif", {"--save", "polygons"}, "degrees_labels.tif");
  const std::string area = gdal(
      place_, "ogrinfo -q degrees_labels.gpkg -sql 'select round(sum(area)/100) as a from degrees_labels'");
  EXPECT_THAT(area, HasSubstr("a (Real) = 359")) << "215.1 m x 166.8 m\n" << area;
}

TEST_F(Raster, HasScoresThatAgreeWithItsLabels) {
  expect_labels("in.tif", {"--save", "scores", "--block", "128"});
  EXPECT_THAT(
      gdal(place_, "gdalinfo labels.scores.tif"),
      AllOf(HasSubstr("Description = road"), HasSubstr("Description = grass"), HasSubstr("Offset: 0")));
  std::vector<std::vector<std::uint16_t>> scores;
  for (const char* band : {"1", "2", "3"}) scores.push_back(labels_of("labels.scores.tif", band));
  const auto labels = labels_of("labels.tif");
  for (std::size_t i = 0; i < labels.size(); ++i)
    for (const auto& plane : scores) ASSERT_LE(plane[i], scores[labels[i]][i]) << i;
}

TEST_F(Raster, GoesOnAfterAKill) {
  const std::vector<std::string> words = {
      "raster",           "in.tif",  "-c",         "road, sky, grass", "-o", "labels.tif", "-m",
      "tiny.safetensors", "--vocab", "merges.txt", "--window",         "64", "--stride",   "5",
      "--block",          "128",     "--resume"};
  for (const int signal : {SIGKILL, SIGINT}) {
    const pid_t process = place_.start(words);
    const bool begun = wait_for_blocks(signal == SIGKILL ? 1 : 3);
    ::kill(process, signal);
    const Outcome outcome = place_.wait(process);
    ASSERT_TRUE(begun) << outcome;
    ASSERT_EQ(outcome.status, 128 + signal) << outcome;
    EXPECT_FALSE(fs::exists(place_ / "labels.tif"));
  }
  auto other = words;
  other[3] = "road, sky";
  EXPECT_THAT(place_.run(other).err, HasSubstr("what differs: "));
  const Outcome rest = place_.run(words);
  ASSERT_EQ(rest.status, 0) << rest;
  auto whole = words;
  whole[5] = "whole.tif";
  ASSERT_EQ(place_.run(whole).status, 0);
  EXPECT_EQ(read_text(place_ / "labels.tif"), read_text(place_ / "whole.tif"));
  EXPECT_FALSE(fs::exists(place_ / "labels.tif.parts"));
  EXPECT_THAT(place_.run(words).err, HasSubstr("is done already"));
}

TEST_F(Raster, InShardsIsTheSame) {
  const std::vector<std::string> save = {"--save", "json,polygons", "--block", "128"};
  expect_labels("in.tif", save, "one.tif");
  for (const char* shard : {"0/3", "2/3"}) {
    auto words = save;
    words.insert(words.end(), {"--shard", shard});
    expect_labels("in.tif", words);
  }
  const Outcome early = place_.run({"merge", "labels.tif"});
  EXPECT_EQ(early.status, 3) << early;
  EXPECT_THAT(early.err, HasSubstr("missing: 1"));
  auto words = save;
  words.insert(words.end(), {"--shard", "1/3"});
  expect_labels("in.tif", words, "elsewhere/labels.tif");
  fs::remove(place_ / "in.tif");  // nothing of it is needed
  const Outcome merged = place_.run({"merge", "labels.tif", "labels.tif", "elsewhere/labels.tif"});
  ASSERT_EQ(merged.status, 0) << merged;
  EXPECT_EQ(read_text(place_ / "labels.tif"), read_text(place_ / "one.tif"));
  EXPECT_EQ(
      gdal(place_, "ogrinfo -q labels.gpkg -sql 'select fid, area, class from labels' | sed s/labels/one/"),
      gdal(place_, "ogrinfo -q one.gpkg -sql 'select fid, area, class from one'"));
}

TEST_F(Raster, RefusesWhatIsNoRaster) {
  write_text(place_ / "text.tif", "no raster");
  write_text(place_ / "remote.vrt",
             "<VRTDataset rasterXSize=\"9\" rasterYSize=\"9\"><VRTRasterBand dataType=\"Byte\" band=\"1\">"
             "<SimpleSource><SourceFilename>/vsicurl/http://127.0.0.1:9/a.tif</SourceFilename>"
             "<SourceBand>1</SourceBand></SimpleSource></VRTRasterBand></VRTDataset>");
  write_text(place_ / "service.xml",
             "<GDAL_WMS><Service name=\"TMS\"><ServerUrl>http://127.0.0.1:9/${z}</ServerUrl>"
             "</Service></GDAL_WMS>");
  fs::copy_file(place_ / "in.tif", place_ / "cut.tif");
  fs::resize_file(place_ / "cut.tif", fs::file_size(place_ / "in.tif") / 2);
  struct Case {
    const char *input, *words;
  };
  for (const auto& [input, words] :
       {Case{"gone.tif", "there is no such file"}, Case{"text.tif", "cannot be opened as a raster"},
        Case{"remote.vrt", "remote.vrt: "}, Case{"service.xml", "cannot be opened as a raster"},
        Case{"cut.tif", "cut.tif: "}}) {
    const Outcome outcome = raster(input);
    EXPECT_EQ(outcome.status, 3) << input << outcome;
    EXPECT_THAT(outcome.err, HasSubstr(words));
    EXPECT_FALSE(fs::exists(place_ / "labels.tif"));
  }
}

TEST_F(Raster, RefusesBadWords) {
  EXPECT_EQ(place_.run({"raster", "-c", "a, b", "-m", "tiny.safetensors", "-o", "l.tif"}).status, 2);
  for (const std::vector<std::string>& more : {std::vector<std::string>{"--percentiles", "5"},
                                               {"--percentiles", "98,2"},
                                               {"--percentiles", "2,98", "--range", "1,2"},
                                               {"--range", "5,5"},
                                               {"--save", "overlay"},
                                               {"--block", "100"},
                                               {"--compression", "rar"},
                                               {"--resolution", "0"},
                                               {"--window", "whole"},
                                               {"--refine", "pamr"},
                                               {"--shard", "3/3"}}) {
    const Outcome outcome = raster("in.tif", more);
    EXPECT_EQ(outcome.status, 2) << more.front() << outcome;
  }
  EXPECT_EQ(raster("in.tif", {}, "labels.png").status, 2);
}

TEST_F(Raster, ReplacesNoForeignFile) {
  for (const char* name : {"labels.tif", "labels.json", "labels.tif.aux.xml", "labels.gpkg"}) {
    write_text(place_ / name, "mine");
    const Outcome outcome = raster("in.tif", {"--save", "json,polygons"});
    EXPECT_EQ(outcome.status, 3) << outcome;
    EXPECT_EQ(read_text(place_ / name), "mine");
    fs::remove(place_ / name);
  }
  expect_labels("in.tif");
  expect_labels("in.tif", {"--block", "128"});
}

TEST_F(Raster, SaysWhatIsMissing) {
  place_.environment["RELPROMPT_RASTER"] = "off";
  const Outcome outcome = raster("in.tif");
  EXPECT_EQ(outcome.status, 5) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("scripts/install_dependencies.sh --raster"));
}

}  // namespace
}  // namespace relprompt::test
