#include "serve/token.h"

#include <gtest/gtest.h>

#include "serve/base64.h"
#include "test_support.h"

namespace relprompt::serve {
namespace {

constexpr const char* kToken = "0123456789abcdef";

Request with(const std::string& authorization) {
  Request request;
  if (!authorization.empty()) request.headers["authorization"] = authorization;
  return request;
}

TEST(Token, IsTheFirstLineOfAFile) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "token", "0123456789abcdef\r\nmore\n");
  EXPECT_EQ(read_token(folder / "token"), kToken);
  EXPECT_ERROR(read_token(folder / "none"), ErrorCode::kNotFound, "none");
  test::write_text(folder / "empty", "");
  EXPECT_ERROR(read_token(folder / "empty"), ErrorCode::kUnreadable, "empty");
  for (const char* bad :
       {"short\n", "0123456789 abcdef\n", "0123456789abcde\xc3\xa4\n", "\n0123456789abcdef\n"}) {
    test::write_text(folder / "bad", bad);
    EXPECT_ERROR(read_token(folder / "bad"), ErrorCode::kBadArgument, "16 to 1024");
  }
}

TEST(Token, ComparesWholeTexts) {
  EXPECT_TRUE(equal_in_constant_time("abc", "abc"));
  for (const char* other : {"", "ab", "abd", "abcd", "bbc"})
    EXPECT_FALSE(equal_in_constant_time(other, "abc")) << other;
}

TEST(Token, BearerOrBasic) {
  EXPECT_TRUE(carries_token(with(std::string("Bearer ") + kToken), kToken));
  EXPECT_TRUE(carries_token(with(std::string("bearer   ") + kToken), kToken));
  EXPECT_TRUE(carries_token(with("Basic " + to_base64(std::string("anyone:") + kToken)), kToken));
  for (const std::string& other :
       {std::string(), std::string(kToken), std::string("Bearer"), std::string("Bearer 0123456789abcdeg"),
        std::string("Basic 0123"), "Basic " + to_base64(kToken),
        "Basic " + to_base64(std::string("a:b:") + kToken), std::string("Digest ") + kToken})
    EXPECT_FALSE(carries_token(with(other), kToken)) << other;
}

TEST(Token, LoopbackNames) {
  for (const char* host :
       {"localhost", "LOCALHOST:8080", "127.0.0.1", "127.0.0.1:80", "127.9.9.9", "[::1]", "[::1]:8080"})
    EXPECT_TRUE(names_loopback(host)) << host;
  for (const char* host : {"", "evil.example", "localhost.evil.example", "127.0.0.1.evil.example:80",
                           "128.0.0.1", "[::2]", "evil.example:127.0.0.1"})
    EXPECT_FALSE(names_loopback(host)) << host;
}

}  // namespace
}  // namespace relprompt::serve
