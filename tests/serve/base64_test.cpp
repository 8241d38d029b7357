#include "serve/base64.h"

#include <gtest/gtest.h>

namespace relprompt::serve {
namespace {

TEST(Base64, IsThatOfTheStandard) {
  // The examples of RFC 4648, section 10.
  const std::pair<const char*, const char*> pairs[] = {{"", ""},
                                                       {"f", "Zg=="},
                                                       {"fo", "Zm8="},
                                                       {"foo", "Zm9v"},
                                                       {"foob", "Zm9vYg=="},
                                                       {"fooba", "Zm9vYmE="},
                                                       {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : pairs) {
    EXPECT_EQ(to_base64(bytes), text);
    EXPECT_EQ(from_base64(text), bytes);
  }
}

TEST(Base64, EveryByteComesBack) {
  std::string bytes;
  for (int i = 0; i < 1021; ++i) bytes += static_cast<char>(i * 31);
  for (std::size_t length = bytes.size() - 5; length <= bytes.size(); ++length)
    EXPECT_EQ(from_base64(to_base64(bytes.substr(0, length))), bytes.substr(0, length));
}

TEST(Base64, LinesAndMissingPaddingAreRead) {
  EXPECT_EQ(from_base64("Zm9v\r\nYmE="), "fooba");
  EXPECT_EQ(from_base64("Zm9vYmE"), "fooba");
  EXPECT_EQ(from_base64(" Z g "), "f");
}

TEST(Base64, OtherTextsAreRefused) {
  for (const char* text :
       {"Z", "Zm9v-", "Zm9vY", "Zg=", "Zg===", "=", "Zm=9", "Zh==", "Zm9=", "\xff\xff\xff\xff", "Zm9v="})
    EXPECT_FALSE(from_base64(text)) << text;
}

}  // namespace
}  // namespace relprompt::serve
