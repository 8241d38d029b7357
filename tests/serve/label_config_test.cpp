#include "serve/label_config.h"

#include <gtest/gtest.h>

#include "serve/http.h"

namespace relprompt::serve {
namespace {

TEST(LabelConfig, NamesAndClasses) {
  const auto config = parse_label_config(
      R"(<View><Image name="picture" value="$photo"/><PolygonLabels name="p" toName="picture"><Label value="x"/></PolygonLabels>
         <View><BrushLabels name="b" toName="picture"><Label value="Car" predicted_values="car, vehicle"/>
         <Label value="R &amp; D"/></BrushLabels></View></View>)");
  EXPECT_TRUE(config.brush) << "brushes go before polygons";
  EXPECT_EQ(config.from_name, "b");
  EXPECT_EQ(config.to_name, "picture");
  EXPECT_EQ(config.data_key, "photo");
  EXPECT_EQ(config.classes.names, (std::vector<std::vector<std::string>>{{"car", "vehicle"}, {"R & D"}}));
  EXPECT_EQ(config.classes.titles, (std::vector<std::string>{"Car", "R & D"}));
}

TEST(LabelConfig, WhatIsTooLargeOrTooDeepIsRefused) {
  for (const auto& xml : {std::string(100'000, ' '), [] {
                            std::string deep;
                            for (int i = 0; i < 5000; ++i) deep += "<a>";
                            return deep;
                          }()})
    EXPECT_THROW(parse_label_config(xml), HttpError);
}

}  // namespace
}  // namespace relprompt::serve
