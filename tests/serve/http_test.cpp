#include "serve/http.h"

#include <gtest/gtest.h>

namespace relprompt::serve {
namespace {

TEST(Http, TargetsBecomePathAndQuery) {
  const auto target = parse_target("/v1/seg%20ment?classes=road%2Ccar+wheel&keep=&flag&=x");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->path, "/v1/seg ment");
  EXPECT_EQ(target->query.at("classes"), "road,car wheel");
  EXPECT_EQ(target->query.at("keep"), "");
  EXPECT_EQ(target->query.at("flag"), "");
  EXPECT_EQ(target->query.at(""), "x");
}

TEST(Http, OtherTargetsAreRefused) {
  for (const char* target :
       {"", "v1", "http://a/b", "*", "/a%", "/a%4", "/a%zz", "/a%00b", "/a?b=%00", "/a?b=1&b=2"})
    EXPECT_FALSE(parse_target(target)) << target;
}

TEST(Http, MediaTypesAndTheirParameters) {
  EXPECT_EQ(media_type(" Image/PNG ; x=y"), "image/png");
  EXPECT_EQ(media_type(""), "");
  EXPECT_EQ(parameter("multipart/form-data; charset=x; Boundary=abc", "boundary"), "abc");
  EXPECT_EQ(parameter("form-data; name=\"a;\\\"b\"; filename=\"c\"", "name"), "a;\"b");
  EXPECT_EQ(parameter("form-data; name=\"a\"; filename=\"c d\"", "filename"), "c d");
  EXPECT_EQ(parameter("form-data", "name"), "");
  EXPECT_EQ(parameter("form-data; name", "name"), "");
  EXPECT_EQ(parameter("form-data; name=\"a", "name"), "a");
}

TEST(Http, OnlyANamedTypeIsAccepted) {
  EXPECT_TRUE(accepts("text/html, application/zip;q=0.9", "application/zip"));
  EXPECT_FALSE(accepts("*/*", "application/zip"));
  EXPECT_FALSE(accepts("", "application/zip"));
}

TEST(Http, ErrorsBecomeStatuses) {
  EXPECT_EQ(http_error(Error(ErrorCode::kNotAnImage, "x")).status(), 400);
  EXPECT_EQ(http_error(Error(ErrorCode::kBadClassList, "x")).status(), 400);
  EXPECT_EQ(http_error(Error(ErrorCode::kImageTooLarge, "x")).status(), 413);
  EXPECT_EQ(http_error(Error(ErrorCode::kCancelled, "x")).status(), 504);
  EXPECT_EQ(http_error(Error(ErrorCode::kOutOfMemory, "x")).status(), 500);
  EXPECT_EQ(http_error(Error(ErrorCode::kTensorMismatch, "x")).status(), 500);
  const auto error = http_error(Error(ErrorCode::kBadArgument, "no \"x\"", "try y"));
  EXPECT_EQ(error_response(error).body,
            "{\"error\":{\"status\":400,\"code\":\"bad_argument\",\"message\":\"no "
            "\\\"x\\\"\",\"hint\":\"try y\"}}\n");
}

}  // namespace
}  // namespace relprompt::serve
