// What the journals of a raster say of it.
#include "raster/job.h"

#include <gmock/gmock.h>

#include "test_support.h"

namespace relprompt::raster {
namespace {

Job example() {
  Job job;
  job.blocks = {1000, 2000, 256};
  job.ground.crs = "LOCAL_CS[\"here\"]";
  job.ground.transform = {500000.25, 0.1, 0, 5400000, 0, -0.1};
  job.ground.unit = "metre";
  job.classes = {"road", "sky"};
  job.settings = "abc";
  job.output.polygons = true;
  job.output.compression = "ZSTD";
  job.run = {{"program", "x"}};
  return job;
}

TEST(Jobs, AreTheSameAfterReading) {
  const auto job = job_of(facts_of(example()), "j");
  EXPECT_EQ(facts_of(job), facts_of(example()));
}

TEST(Jobs, FitTheirLabels) {
  auto job = example();
  EXPECT_EQ(job.bits(), 8);
  EXPECT_EQ(job.nothing(), 255);
  job.classes.resize(256, "c");
  EXPECT_EQ(job.bits(), 16);
  EXPECT_EQ(job.nothing(), 65535);
}

TEST(Jobs, OfStrangeJournalsAreRefused) {
  auto facts = facts_of(example());
  facts["height"] = 3e9;
  EXPECT_ERROR(job_of(facts, "j"), ErrorCode::kUnreadable, "height");
  facts = facts_of(example());
  facts["block"] = 0;
  EXPECT_ERROR(job_of(facts, "j"), ErrorCode::kUnreadable, "block");
  facts = facts_of(example());
  facts["classes"] = Json::array();
  EXPECT_ERROR(job_of(facts, "j"), ErrorCode::kUnreadable, "classes");
  facts = facts_of(example());
  facts["ground"]["transform"] = {1, 2};
  EXPECT_ERROR(job_of(facts, "j"), ErrorCode::kUnreadable, "transform");
  facts = facts_of(example());
  facts["height"] = 2147483647;
  facts["width"] = 2147483647;
  EXPECT_ERROR(job_of(facts, "j"), ErrorCode::kUnreadable, "blocks");
}

TEST(Names, KeepTheirStem) {
  EXPECT_EQ(name_beside("dir/a.b.tif", ".gpkg"), "a.b.gpkg");
}

}  // namespace
}  // namespace relprompt::raster
