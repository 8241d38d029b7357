// Bytes from addresses: only of hosts that are named, also after redirects, within bounds, and nothing else.
#include "relprompt/fetch.h"

#include <gtest/gtest.h>

#include "local_hub.h"

namespace relprompt {
namespace {

using namespace test;

class FetchUrl : public testing::Test {
 protected:
  std::string fetch(const LocalHub& hub, const std::string& path) const {
    return fetch_url(hub.address("hub") + path, options_);
  }
  /// Allows the place ("hub" or "cdn") of the test's server.
  void allow(const LocalHub& hub, const std::string& where) {
    options_.origins.push_back(fetch_origin(hub.address(where)));
  }
  /// A redirect from /r to an address.
  static void redirect(const LocalHub& hub, const std::string& to) {
    hub.faults(R"([{"path": "/r", "do": "redirect", "to": ")" + to + "\"}]");
  }

  FetchOptions options_;
};

TEST(FetchOrigin, NamesSchemeHostAndPort) {
  EXPECT_EQ(fetch_origin("images.example"), "https://images.example");
  EXPECT_EQ(fetch_origin("IMAGES.example:8443"), "https://images.example:8443");
  EXPECT_EQ(fetch_origin("https://images.example:443"), "https://images.example");
  EXPECT_EQ(fetch_origin("http://127.0.0.1:80"), "http://127.0.0.1");
  EXPECT_EQ(fetch_origin("http://[::1]:8080"), "http://[::1]:8080");
  EXPECT_EQ(fetch_origin("[2001:DB8::1]"), "https://[2001:db8::1]");
}

TEST(FetchOrigin, RefusesWhatIsNoHost) {
  for (const char* text : {"",
                           "*",
                           "*.example",
                           "a.example/",
                           "a.example/path",
                           "http://a.example/",
                           "me@a.example",
                           "file://a",
                           "ftp://a.example",
                           "https://",
                           "a.example:0",
                           "a.example:99999",
                           "a.example:x",
                           "a.example:080",
                           "a b",
                           "a.example?x",
                           "a.example#x",
                           "a:1:2",
                           "[::1",
                           "::1",
                           "%61.example",
                           "http:/a",
                           "a,b",
                           "\xc3\xa4.example"})
    EXPECT_ERROR(fetch_origin(text), ErrorCode::kBadArgument, "no host");
}

TEST_F(FetchUrl, AsksNoHostThatIsNotNamed) {
  REQUIRE_LOCAL_HUB(hub);
  hub.add("a", "b.bin", "bytes");
  const auto address = hub.address("hub");
  const auto port = address.substr(address.rfind(':'));
  EXPECT_ERROR(fetch(hub, "/a"), ErrorCode::kBadArgument, "may not be asked");
  // Neither another scheme, port or host stands for it, nor what looks like it at its beginning or end.
  options_.origins = {fetch_origin("127.0.0.1" + port),
                      fetch_origin("http://127.0.0.1"),
                      fetch_origin("http://localhost" + port),
                      fetch_origin("http://127.0.0.1.example" + port),
                      fetch_origin("http://a.127.0.0.1" + port),
                      fetch_origin("http://127.0.0.1" + port.substr(0, port.size() - 1))};
  EXPECT_ERROR(fetch(hub, "/a"), ErrorCode::kBadArgument, "may not be asked");
  EXPECT_TRUE(hub.requests().empty());
}

TEST_F(FetchUrl, RefusesWhatIsNoAddress) {
  REQUIRE_LOCAL_HUB(hub);
  allow(hub, "hub");
  const auto place = hub.address("hub").substr(7);
  for (const auto& url :
       {std::string("file:///etc/passwd"), "ftp://" + place + "/a", "gopher://" + place + "/a", std::string(),
        "http://me@" + place + "/a", "http://me:word@" + place + "/a", "http://a.example\\@" + place + "/a",
        "http://" + place + "@a.example/a", "http:" + place, "//" + place + "/a", "http://" + place + " /a",
        "http://" + place + "/a\r\nHost: b", " http://" + place + "/a", "http://" + place + "\n.example/",
        "http://%31" + place.substr(1) + "/a", "http://" + place + "/" + std::string(9000, 'a')}) {
    SCOPED_TRACE(url);
    EXPECT_ERROR(fetch_url(url, options_), ErrorCode::kBadArgument, "");
  }
  EXPECT_TRUE(hub.requests().empty());
}

TEST_F(FetchUrl, FetchesFromAHostThatIsNamed) {
  REQUIRE_LOCAL_HUB(hub);
  allow(hub, "cdn");
  hub.add("a/b", "c.bin", "bytes");
  const auto address = hub.address("cdn");
  EXPECT_EQ(fetch_url(address + "/a/b/c.bin?signature=1#part", options_), "bytes");
  EXPECT_EQ(fetch_url("HTTP" + address.substr(4) + "/a/b/c.bin", options_), "bytes");
  for (const auto& line : hub.requests())
    EXPECT_NE(line.find(" -"), std::string::npos) << "no token: " << line;
}

TEST_F(FetchUrl, FollowsRedirectsToHostsThatAreNamed) {
  REQUIRE_LOCAL_HUB(hub);
  hub.add("a/b", "c.bin", "bytes");
  allow(hub, "hub");
  redirect(hub, "{cdn}/a/b/c.bin");
  EXPECT_ERROR(fetch(hub, "/r"), ErrorCode::kBadArgument, "redirects to a place");
  EXPECT_EQ(hub.requests_with("cdn"), 0u);
  for (const char* to :
       {"file:///etc/passwd", "//a.example/x", "http://me@127.0.0.1/", "gopher://a/", "x\\\\y"}) {
    SCOPED_TRACE(to);
    redirect(hub, to);
    EXPECT_ERROR(fetch(hub, "/r"), ErrorCode::kBadArgument, "redirects to a place");
  }
  allow(hub, "cdn");
  redirect(hub, "{cdn}/a/b/c.bin");
  EXPECT_EQ(fetch(hub, "/r"), "bytes");
  redirect(hub, "/r");
  hub.forget_requests();
  EXPECT_ERROR(fetch(hub, "/r"), ErrorCode::kNoNetwork, "redirects");
  EXPECT_EQ(hub.requests().size(), 6u);
}

TEST_F(FetchUrl, AnswersOfOtherStatus) {
  REQUIRE_LOCAL_HUB(hub);
  allow(hub, "hub");
  EXPECT_ERROR(fetch(hub, "/nothing"), ErrorCode::kNotFound, "status 404");
  hub.faults(R"([{"path": "/a", "do": "status", "status": 403}])");
  EXPECT_ERROR(fetch(hub, "/a"), ErrorCode::kUnreadable, "status 403");
  hub.faults(R"([{"path": "/a", "do": "status", "status": 500}])");
  EXPECT_ERROR(fetch(hub, "/a"), ErrorCode::kUnreadable, "status 500");
  hub.faults(R"([{"path": "/a", "do": "close"}])");
  EXPECT_ERROR(fetch(hub, "/a"), ErrorCode::kNoNetwork, "cannot be fetched");
}

TEST_F(FetchUrl, BytesAndTimeAreBounded) {
  REQUIRE_LOCAL_HUB(hub);
  allow(hub, "cdn");
  hub.add("a/b", "c.bin", std::string(1000, 'x'));
  const auto url = hub.address("cdn") + "/a/b/c.bin";
  options_.max_bytes = 1000;
  EXPECT_EQ(fetch_url(url, options_).size(), 1000u);
  options_.max_bytes = 999;
  EXPECT_ERROR(fetch_url(url, options_), ErrorCode::kUnreadable, "longer than 999 bytes");
  hub.faults(R"([{"path": "c.bin", "do": "endless"}])");
  options_.max_bytes = 100000;
  EXPECT_ERROR(fetch_url(url, options_), ErrorCode::kUnreadable, "longer than 100000 bytes");
  options_.seconds = 0.5;
  for (const char* fault : {R"([{"path": "c.bin", "do": "hang", "seconds": 3}])",
                            R"([{"path": "c.bin", "do": "slow", "chunk": 10, "seconds": 0.1}])",
                            R"([{"path": "c.bin", "do": "drop", "after": 500}])"}) {
    SCOPED_TRACE(fault);
    hub.faults(fault);
    EXPECT_ERROR(fetch_url(url, options_), ErrorCode::kNoNetwork, "cannot be fetched");
  }
}

TEST_F(FetchUrl, StopsBetweenReads) {
  REQUIRE_LOCAL_HUB(hub);
  allow(hub, "cdn");
  hub.add("a/b", "c.bin", std::string(1000, 'x'));
  hub.faults(R"([{"path": "c.bin", "do": "slow", "chunk": 100, "seconds": 0.05}])");
  int asked = 0;
  options_.stop = [&] { return ++asked == 3; };
  EXPECT_ERROR(fetch_url(hub.address("cdn") + "/a/b/c.bin", options_), ErrorCode::kCancelled, "stopped");
  EXPECT_EQ(asked, 3);
}

TEST_F(FetchUrl, NobodyThere) {
  REQUIRE_LOCAL_HUB(hub);
  allow(hub, "hub");
  hub.stop();
  EXPECT_ERROR(fetch(hub, "/a"), ErrorCode::kNoNetwork, "cannot be fetched");
}

}  // namespace
}  // namespace relprompt
