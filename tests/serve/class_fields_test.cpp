#include "serve/class_fields.h"

#include <gtest/gtest.h>

#include "test_support.h"

namespace relprompt::serve {
namespace {

using Json = nlohmann::json;
using Names = std::vector<std::vector<std::string>>;

TEST(ClassFields, TextsAndListsOfClasses) {
  const Names expected = {{"road"}, {"car", "vehicle"}, {"a, b"}};
  EXPECT_EQ(classes_of("road, car;vehicle, \"a, b\"").names, expected);
  EXPECT_EQ(classes_of(Json::parse(R"(["road", "car;vehicle", ["a, b"]])")).names, expected);
  EXPECT_EQ(classes_of(Json::parse(R"([["say \"hi\""], "x"])")).names[0][0], "say \"hi\"");
}

TEST(ClassFields, OtherClassesAreRefused) {
  EXPECT_ERROR(classes_of(Json::parse(R"(["road, car"])")), ErrorCode::kBadClassList, "more than one class");
  EXPECT_ERROR(classes_of(Json::parse(R"(["road", "Road"])")), ErrorCode::kBadClassList, "");
  EXPECT_ERROR(classes_of(Json::parse(R"(["road", ""])")), ErrorCode::kBadClassList, "");
  EXPECT_ERROR(classes_of(Json::array()), ErrorCode::kBadClassList, "");
  EXPECT_ERROR(classes_of(7), ErrorCode::kBadArgument, "classes");
  EXPECT_ERROR(classes_of(Json::parse(R"([7])")), ErrorCode::kBadArgument, "classes");
  EXPECT_ERROR(classes_of(Json::parse(R"([["a", 7]])")), ErrorCode::kBadArgument, "classes");
  EXPECT_ERROR(classes_of(Json::parse(R"([[]])")), ErrorCode::kBadArgument, "classes");
}

TEST(ClassFields, Thresholds) {
  const auto classes = classes_of("road, car;vehicle");
  for (const Json& value : {Json("0.3, vehicle=0.5"), Json::parse(R"({"": 0.3, "car": 0.5})")}) {
    SegmentOptions options;
    read_unknown(value, classes, options);
    EXPECT_FLOAT_EQ(options.unknown_threshold.value(), 0.3f);
    ASSERT_EQ(options.class_thresholds.size(), 1u);
    EXPECT_EQ(options.class_thresholds[0].label, 1u);
    EXPECT_FLOAT_EQ(options.class_thresholds[0].threshold, 0.5f);
    read_unknown(nullptr, classes, options);
    EXPECT_FALSE(options.unknown_threshold);
    EXPECT_TRUE(options.class_thresholds.empty());
    read_unknown(0.25, classes, options);
    EXPECT_FLOAT_EQ(options.unknown_threshold.value(), 0.25f);
  }
  SegmentOptions options;
  EXPECT_ERROR(read_unknown("roat=0.5", classes, options), ErrorCode::kBadArgument, "road");
  EXPECT_ERROR(read_unknown(2, classes, options), ErrorCode::kBadArgument, "-1 to 1");
  EXPECT_ERROR(read_unknown("nan", classes, options), ErrorCode::kBadArgument, "");
  EXPECT_ERROR(read_unknown("road=", classes, options), ErrorCode::kBadArgument, "");
  EXPECT_ERROR(read_unknown(true, classes, options), ErrorCode::kBadArgument, "unknown");
  EXPECT_ERROR(read_unknown(Json::parse(R"({"road": "x"})"), classes, options), ErrorCode::kBadArgument, "");
}

TEST(ClassFields, SeenClasses) {
  auto classes = classes_of("road, car, tree");
  using Labels = std::vector<std::size_t>;
  EXPECT_EQ(read_seen("tree, 0", classes), (Labels{0, 2}));
  EXPECT_EQ(read_seen(Json::parse(R"([2, "road", "0"])"), classes), (Labels{0, 2}));
  EXPECT_EQ(read_seen(nullptr, classes), Labels{});
  EXPECT_ERROR(read_seen("auto", classes), ErrorCode::kBadArgument, "split");
  classes.seen = {true, false, true};
  EXPECT_EQ(read_seen("auto", classes), (Labels{0, 2}));
  EXPECT_ERROR(read_seen("3", classes), ErrorCode::kBadArgument, "0 to 2");
  EXPECT_ERROR(read_seen(Json::parse("[-1]"), classes), ErrorCode::kBadArgument, "");
  EXPECT_ERROR(read_seen(1.5, classes), ErrorCode::kBadArgument, "");
}

}  // namespace
}  // namespace relprompt::serve
