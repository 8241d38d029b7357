#include "serve/router.h"

#include <gtest/gtest.h>

namespace relprompt::serve {
namespace {

using Parts = std::vector<std::string>;

TEST(Router, PatternsTakeSegments) {
  Parts parts;
  EXPECT_TRUE(matches("/a", "/a", parts));
  EXPECT_FALSE(matches("/a", "/a/", parts));
  EXPECT_FALSE(matches("/a", "/ab", parts));
  EXPECT_FALSE(matches("/ab", "/a", parts));
  EXPECT_TRUE(matches("/s/{}/scores/{}.png", "/s/abc/scores/12.png", parts));
  EXPECT_EQ(parts, (Parts{"abc", "12"}));
  EXPECT_TRUE(matches("/assets/{}", "/assets/main.js", parts));
  EXPECT_EQ(parts, (Parts{"main.js"}));
  for (const char* path : {"/s//scores/1.png", "/s/a/scores/.png", "/s/a/scores/1.jpg", "/s/a/b/scores/1.png",
                           "/s/a/scores/1.png/"})
    EXPECT_FALSE(matches("/s/{}/scores/{}.png", path, parts)) << path;
}

class RouterTest : public testing::Test {
 protected:
  RouterTest() {
    router_.add({"GET", "/a", Lane::kAtOnce, {}, false, nullptr});
    router_.add({"POST", "/a", Lane::kCompute, {"application/json", "image/*"}, false, nullptr});
  }

  int status(const std::string& method, const std::string& path, const std::string& type = "") {
    Request request;
    request.method = method;
    request.path = path;
    if (!type.empty()) request.headers["content-type"] = type;
    try {
      return router_.find(request).route->lane == Lane::kAtOnce ? 200 : 201;
    } catch (const HttpError& error) {
      return error.status();
    }
  }

  Router router_;
};

TEST_F(RouterTest, FindsByPathMethodAndType) {
  EXPECT_EQ(status("GET", "/a"), 200);
  EXPECT_EQ(status("HEAD", "/a"), 200);
  EXPECT_EQ(status("POST", "/a", "application/json; charset=utf-8"), 201);
  EXPECT_EQ(status("POST", "/a", "image/png"), 201);
  EXPECT_EQ(status("POST", "/a", "text/plain"), 415);
  EXPECT_EQ(status("POST", "/a", "image"), 415);
  EXPECT_EQ(status("POST", "/a", "imagex/png"), 415);
  EXPECT_EQ(status("POST", "/a"), 415);
  EXPECT_EQ(status("DELETE", "/a"), 405);
  EXPECT_EQ(status("get", "/a"), 405) << "methods are case-sensitive";
  EXPECT_EQ(status("GET", "/b"), 404);
  EXPECT_EQ(router_.methods_of("/a"), "GET, HEAD, POST");
}

}  // namespace
}  // namespace relprompt::serve
