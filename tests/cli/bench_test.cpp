// relprompt bench: one JSON object and nothing else, a table for people, and clear refusals.
#include <filesystem>
#include <nlohmann/json.hpp>

#include <gmock/gmock.h>

#include "program.h"
#include "test_support.h"
#include "tiny_model.h"

namespace relprompt::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class Bench : public testing::Test {
 protected:
  void SetUp() override { write_tiny_clip(place_.path()); }

  Outcome bench(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"bench", "--model", "tiny.safetensors", "--repeat", "2"});
    return place_.run(arguments);
  }

  /// Expects exit status 2 and a message with the fragment.
  void expect_refusal(const std::vector<std::string>& arguments, const std::string& fragment) const {
    const Outcome outcome = bench(arguments);
    EXPECT_EQ(outcome.status, 2) << outcome;
    EXPECT_THAT(outcome.err, HasSubstr(fragment)) << outcome;
    EXPECT_EQ(outcome.out, "");
  }

  Workplace place_;
};

TEST_F(Bench, PrintsOneJsonObject) {
  const Outcome outcome =
      bench({"--classes", "9", "--window", "48", "--threads", "1", "--batch", "2", "--json"});
  ASSERT_EQ(outcome.status, 0) << outcome;
  const json document = json::parse(outcome.out);
  EXPECT_GT(document["median_ms"].get<double>(), 0);
  for (const char* key : {"gflop", "gflops", "matmul_gflops", "share_of_matmul", "peak_gflops", "peak_mb",
                          "load_ms", "batch_ms"}) {
    EXPECT_GT(document[key].get<double>(), 0) << key;
  }
  for (const char* key : {"min", "lower_quartile", "upper_quartile", "max"}) {
    EXPECT_GT(document["spread_ms"][key].get<double>(), 0) << key;
  }
  for (const char* key : {"patch_embedding", "attention", "mlp", "rpm", "lpm", "resize", "other"}) {
    EXPECT_TRUE(document["stages_ms"][key].is_number()) << key;
  }
  for (const char* key : {"patch_embedding", "attention", "mlp", "lpm"}) {
    EXPECT_GT(document["stages_work"][key]["gflop"].get<double>(), 0) << key;
    EXPECT_GT(document["stages_work"][key]["mb"].get<double>(), 0) << key;
  }
  EXPECT_GT(document["memory_gb_s"].get<double>(), 0);
  EXPECT_NEAR(document["share_of_matmul"].get<double>(),
              document["gflops"].get<double>() / document["matmul_gflops"].get<double>(), 1e-9);
  EXPECT_EQ(document["model"], "tiny.safetensors");
  EXPECT_EQ(document["precision"], "fp32");
  EXPECT_EQ(document["classes"], 9);
  EXPECT_EQ(document["window"], 48);
  EXPECT_EQ(document["batch"], 2);
  EXPECT_EQ(document["threads"], 1);
  EXPECT_EQ(document["repeat"], 2);
  EXPECT_GT(document["cpu"]["cores"].get<int>(), 0);
  EXPECT_THAT(document["timed"].get<std::string>(), HasSubstr("label map"));
}

TEST_F(Bench, DrawsARoofline) {
  for (const char* name : {"roof.png", "roof.svg"}) {
    const Outcome outcome = bench({"--roofline", name});
    ASSERT_EQ(outcome.status, 0) << outcome;
    EXPECT_GT(std::filesystem::file_size(place_ / name), 2000u) << name;
  }
  const auto drawing = read_text(place_ / "roof.svg");
  for (const char* text : {"memory ", "fp32, fastest measured ", "attention, ", "mlp, "}) {
    EXPECT_THAT(drawing, HasSubstr(text));
  }
  expect_refusal({"--roofline", "roof.jpg"}, "end it in .png or .svg");
  EXPECT_EQ(bench({"--roofline", "tiny.safetensors/roof.png"}).status, 3);
}

TEST_F(Bench, PrintsATable) {
  const Outcome outcome = bench({"--precision", "bf16"});
  ASSERT_EQ(outcome.status, 0) << outcome;
  for (const char* part : {"a window takes", "GFLOP/s", "peak memory", "attention", "bf16"}) {
    EXPECT_THAT(outcome.out, HasSubstr(part));
  }
}

TEST_F(Bench, RefusesWhatCannotBeMeasured) {
  expect_refusal({"--classes", "0"}, "--classes");
  expect_refusal({"--classes", "many"}, "--classes");
  expect_refusal({"--window", "15"}, "window 15: expected 16");
  expect_refusal({"--window", "0"}, "--window");
  expect_refusal({"--batch", "-1"}, "--batch");
  expect_refusal({"--precision", "fp9"}, "--precision");
  expect_refusal({"--vocab", "merges.txt"}, "--vocab");
  const Outcome none = place_.run({"bench"});
  EXPECT_EQ(none.status, 2) << none;
  EXPECT_THAT(none.err, HasSubstr("no model is given"));
  EXPECT_EQ(place_.run({"bench", "-m", "gone"}).status, 4);
}

}  // namespace
}  // namespace relprompt::test
