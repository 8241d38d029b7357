// relprompt quantize: a model folder whose int8 is refined, or a clear refusal and nothing left.
#include <nlohmann/json.hpp>

#include <gmock/gmock.h>

#include "program.h"
#include "test_support.h"
#include "tiny_model.h"

namespace relprompt::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;
using testing::IsEmpty;

class Quantize : public testing::Test {
 protected:
  void SetUp() override {
    write_tiny_clip(place_.path());
    fs::create_directory(place_ / "images");
    for (std::uint64_t i = 0; i < 4; ++i) {
      write_test_image(place_ / ("images/" + std::to_string(i) + ".png"), 90, 130, i);
    }
  }

  Outcome quantize(std::vector<std::string> more, const std::string& model = "tiny.safetensors") const {
    std::vector<std::string> arguments = {"quantize", "images", "-m", model, "-c", "road, sky, car"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return place_.run(arguments);
  }

  void expect_refusal(const std::vector<std::string>& arguments, int status, const std::string& part) const {
    const Outcome outcome = place_.run(arguments);
    EXPECT_EQ(outcome.status, status) << outcome;
    EXPECT_THAT(outcome.err, HasSubstr(part)) << outcome;
    EXPECT_THAT(outcome.out, IsEmpty());
    EXPECT_FALSE(fs::exists(place_ / "out"));
  }

  Workplace place_;
};

TEST_F(Quantize, WritesAModelThatSegments) {
  const Outcome outcome = quantize({"-o", "out", "--json"});
  ASSERT_EQ(outcome.status, 0) << outcome;
  const json document = json::parse(outcome.out);
  EXPECT_EQ(document["calibration_images"], 2);
  EXPECT_EQ(document["tested_images"], 2);
  EXPECT_GT(document["agreement_after"].get<double>(), 0.5);
  EXPECT_LE(document["agreement_after"].get<double>(), 1.0);
  EXPECT_EQ(place_.files("out"),
            (std::vector<std::string>{"clip.safetensors", "config.json", "int8.safetensors", "merges.txt"}));
  const Outcome info = place_.run({"info", "out"});
  EXPECT_THAT(info.out, HasSubstr("refined on 2 images"));
  const Outcome segment = place_.run(
      {"segment", "images", "-m", "out", "--precision", "int8", "-c", "road, sky, car", "-o", "labels"});
  EXPECT_EQ(segment.status, 0) << segment;
}

TEST_F(Quantize, TakesAShardOfAManifest) {
  for (std::uint64_t i = 4; i < 8; ++i)
    write_test_image(place_ / ("images/" + std::to_string(i) + ".png"), 90, 130, i);
  std::string list;
  for (int i = 0; i < 8; ++i) list += "images/" + std::to_string(i) + ".png\n";
  write_text(place_ / "list.txt", list);
  int images = 0;
  for (const std::string shard : {"0/2", "1/2"}) {
    const Outcome outcome =
        place_.run({"quantize", "--manifest", "list.txt", "--shard", shard, "-m", "tiny.safetensors", "-c",
                    "road, sky, car", "-o", "out" + shard.substr(0, 1), "--json"});
    ASSERT_EQ(outcome.status, 0) << outcome;
    const json document = json::parse(outcome.out);
    images += document["calibration_images"].get<int>() + document["tested_images"].get<int>();
  }
  EXPECT_EQ(images, 8);
  write_text(place_ / "list.txt", "{\"image\": \"images/0.png\", \"classes\": [\"road\"]}\n");
  expect_refusal({"quantize", "--manifest", "list.txt", "-m", "tiny.safetensors", "-c", "road", "-o", "out"},
                 2, "list.txt, line 1: expected no classes");
}

TEST_F(Quantize, MayTakeTheModelsPlaceAndRunAgain) {
  ASSERT_EQ(place_.run({"import", "tiny.safetensors", "-o", "model"}).status, 0);
  ASSERT_EQ(quantize({"-o", "model", "--force", "--images", "3"}, "model").status, 0);
  const auto first = read_text(place_ / "model/int8.safetensors");
  const Outcome again = quantize({"-o", "model", "--force", "--images", "3"}, "model");
  ASSERT_EQ(again.status, 0) << again;
  EXPECT_THAT(again.out, HasSubstr("of 1 image are labelled as by fp32"));
  EXPECT_EQ(read_text(place_ / "model/int8.safetensors"), first);
}

TEST_F(Quantize, KeepsLayersUntilLabelsAgree) {
  const Outcome outcome = quantize({"-o", "out", "--agreement", "1", "--json"});
  ASSERT_EQ(outcome.status, 0) << outcome;
  const json document = json::parse(outcome.out);
  if (!document["reached"].get<bool>()) {
    EXPECT_THAT(outcome.err, HasSubstr("is not reached"));
    EXPECT_FALSE(document["layers_in_bf16"].empty());
  }
}

TEST_F(Quantize, RefusesWhatCannotWork) {
  expect_refusal({"quantize", "-m", "tiny.safetensors", "-c", "a, b", "-o", "out"}, 2, "no image is given");
  expect_refusal({"quantize", "images", "-m", "tiny.safetensors", "-c", "a, b"}, 2, "no output folder");
  expect_refusal({"quantize", "images", "-m", "tiny.safetensors", "-o", "out"}, 2, "class");
  expect_refusal({"quantize", "images", "-m", "gone", "-c", "a, b", "-o", "out"}, 4, "gone");
  expect_refusal({"quantize", "gone.png", "-m", "tiny.safetensors", "-c", "a, b", "-o", "out"}, 3,
                 "gone.png");
  expect_refusal(
      {"quantize", "images", "-m", "tiny.safetensors", "-c", "a, b", "-o", "out", "--agreement", "1.5"}, 2,
      "--agreement");
  expect_refusal({"quantize", "-", "-m", "tiny.safetensors", "-c", "a, b", "-o", "out"}, 2, "- is one image");
  write_text(place_ / "images/broken.png", "no image");
  expect_refusal({"quantize", "images", "-m", "tiny.safetensors", "-c", "a, b", "-o", "out"}, 3,
                 "broken.png");
}

}  // namespace
}  // namespace relprompt::test
