#include "serve/multipart.h"

#include <gtest/gtest.h>

#include "serve/http.h"

namespace relprompt::serve {
namespace {

constexpr const char* kType = "multipart/form-data; boundary=xx";

std::string part(const std::string& disposition, const std::string& content) {
  return "--xx\r\nContent-Disposition: form-data; " + disposition + "\r\n\r\n" + content + "\r\n";
}

int status_of(const std::string& body, const std::string& type = kType) {
  try {
    parse_multipart(body, type);
  } catch (const HttpError& error) {
    return error.status();
  }
  return 200;
}

TEST(Multipart, PartsComeInOrder) {
  const std::string body = "a preamble\r\n" +
                           part("name=\"image\"; filename=\"a b.png\"\r\nContent-Type: image/png",
                                std::string("\0\r\n--x\r\n", 8)) +
                           part("name=classes", "road, sky") + part("name=empty", "") +
                           "--xx--\r\nan epilogue";
  const auto parts = parse_multipart(body, kType);
  ASSERT_EQ(parts.size(), 3u);
  EXPECT_EQ(parts[0].name, "image");
  EXPECT_EQ(parts[0].file_name, "a b.png");
  EXPECT_EQ(parts[0].content_type, "image/png");
  EXPECT_EQ(parts[0].content, std::string("\0\r\n--x\r\n", 8));
  EXPECT_EQ(parts[1].content, "road, sky");
  EXPECT_EQ(parts[2].content, "");
  EXPECT_TRUE(parse_multipart("--xx--", kType).empty());
}

TEST(Multipart, QuotedBoundaries) {
  EXPECT_EQ(parse_multipart("--a b\r\nContent-Disposition: form-data; name=x\r\n\r\n1\r\n--a b--",
                            "multipart/form-data; boundary=\"a b\"")
                .size(),
            1u);
}

TEST(Multipart, WhatDoesNotEndIsRefused) {
  const auto whole = part("name=a", "1") + part("name=b", "2") + "--xx--";
  EXPECT_EQ(status_of(whole), 200);
  for (std::size_t length = 0; length + 2 < whole.size(); ++length)
    EXPECT_EQ(status_of(whole.substr(0, length)), 400) << length;
}

TEST(Multipart, WhatIsMalformedIsRefused) {
  EXPECT_EQ(status_of("--xx--", "multipart/form-data"), 400);
  EXPECT_EQ(status_of("--xx--", "multipart/form-data; boundary=" + std::string(71, 'x')), 400);
  EXPECT_EQ(status_of("--xx\r\n\r\n1\r\n--xx--"), 400) << "no name";
  EXPECT_EQ(status_of("--xx\r\nContent-Disposition: attachment; name=a\r\n\r\n1\r\n--xx--"), 400);
  EXPECT_EQ(status_of("--xx\r\nnonsense\r\n\r\n1\r\n--xx--"), 400);
  EXPECT_EQ(status_of(part("name=\"" + std::string(5000, 'a') + "\"", "1") + "--xx--"), 400);
  std::string many;
  for (std::size_t i = 0; i <= kMaxParts; ++i) many += part("name=a", "1");
  EXPECT_EQ(status_of(many + "--xx--"), 400);
}

}  // namespace
}  // namespace relprompt::serve
