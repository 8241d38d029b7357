// HTML character references in class names that were scraped from the web ("salt &amp; pepper").
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace relprompt::text {

/// A named character; all of HTML 4 lie in Unicode's first plane.
struct HtmlEntity {
  std::string_view name;
  std::uint16_t character;
};

constexpr std::size_t kHtmlEntityCount = 259;
extern const std::array<HtmlEntity, kHtmlEntityCount> kHtmlEntities;

/// Replaces the references of UTF-8 text once, with the rules of HTML 5: decimal and hexadecimal numbers, the
/// names of HTML 4 with their semicolon, and the Latin-1 names also without it, as a prefix ("&notit").
/// Impossible code points become U+FFFD, unknown names stay as they are.
std::string unescape_html(std::string_view text);

}  // namespace relprompt::text
