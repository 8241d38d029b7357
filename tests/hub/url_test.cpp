// Addresses and where redirects lead.
#include "hub/url.h"

#include "test_support.h"

namespace relprompt::hub {
namespace {

TEST(Url, Parts) {
  const auto url = parse_url("HTTPS://Host.Example:8443/a/b?x=1#end");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->scheme, "https");
  EXPECT_EQ(url->origin, "https://host.example:8443");
  EXPECT_EQ(url->path, "/a/b?x=1");
  EXPECT_EQ(url->shown(), "https://host.example:8443/a/b");
  EXPECT_EQ(parse_url("http://h")->text(), "http://h/");
  EXPECT_EQ(parse_url("http://h?x")->text(), "http://h/?x");
}

TEST(Url, Refused) {
  for (const char* text : {"", "/a", "a/b", "http:", "http://", "http:///a", "http://user@host/a",
                           "http://h/a b", "http://h/\n", "http://h\\x/", "://h/a", "http://h\x80/"}) {
    EXPECT_FALSE(parse_url(text)) << text;
  }
  EXPECT_FALSE(parse_url("http://h/" + std::string(10'000, 'a')));
}

TEST(Url, Redirects) {
  const auto base = parse_url("https://hub/a/b?q=1");
  EXPECT_EQ(join_url(*base, "/x?y")->text(), "https://hub/x?y");
  EXPECT_EQ(join_url(*base, "c")->text(), "https://hub/a/c");
  EXPECT_EQ(join_url(*base, "?z")->text(), "https://hub/a/b?z");
  EXPECT_EQ(join_url(*base, "//cdn/x")->text(), "https://cdn/x");
  EXPECT_EQ(join_url(*base, "http://cdn/x")->scheme, "http");
  EXPECT_FALSE(join_url(*base, "file:///etc/passwd"));
  EXPECT_TRUE(is_relative("/x"));
  EXPECT_FALSE(is_relative("//x/y"));
  EXPECT_FALSE(is_relative("https://x"));
  EXPECT_FALSE(is_relative("file:x"));
  EXPECT_FALSE(is_relative("\\\\x"));
}

TEST(Url, FilesComeOverHttpsFromAHubOverHttps) {
  const auto hub = *parse_url("https://hub/x"), plain = *parse_url("http://hub/x"),
             cdn = *parse_url("https://cdn/y");
  EXPECT_TRUE(allowed_redirect(hub, "https://cdn/y", hub));
  EXPECT_TRUE(allowed_redirect(cdn, "/z", hub));
  EXPECT_FALSE(allowed_redirect(hub, "http://cdn/y", hub));
  EXPECT_FALSE(allowed_redirect(cdn, "http://hub/y", hub)) << "nor later";
  EXPECT_TRUE(allowed_redirect(plain, "http://cdn/y", plain));
  EXPECT_TRUE(allowed_redirect(plain, "//cdn/y", plain));
  for (const char* location :
       {"file:///etc/passwd", "file:/etc/passwd", "ftp://cdn/y", "data:,x", "dict://x/"}) {
    EXPECT_FALSE(allowed_redirect(plain, location, plain)) << location;
  }
}

TEST(Url, PathsAreEncoded) {
  EXPECT_EQ(url_path("a b/c%.json"), "a%20b/c%25.json");
  EXPECT_EQ(url_path("refs/pr/1", false), "refs%2Fpr%2F1");
}

}  // namespace
}  // namespace relprompt::hub
