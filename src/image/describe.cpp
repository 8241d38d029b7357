#include "image/describe.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

namespace relprompt::image {
namespace {

using namespace std::string_view_literals;

struct Known {
  std::size_t offset;
  std::string_view magic;
  const char* description;
};

// What people most often hand over instead of an image.
constexpr std::array<Known, 14> kKnown = {{
    {0, "GIF8"sv, "a GIF"},
    {4, "ftyp"sv, "an MP4 or QuickTime video"},
    {0, "\0\0\0\x0CjP  "sv, "a JPEG 2000 image"},
    {0, "\xFF\x0A"sv, "a JPEG XL image"},
    {0, "8BPS"sv, "a Photoshop document"},
    {0, "II+\0"sv, "a BigTIFF"},
    {0, "MM\0+"sv, "a BigTIFF"},
    {0, "%PDF"sv, "a PDF"},
    {0, "PK\x03\x04"sv, "a zip archive"},
    {0, "\x1F\x8B"sv, "a gzip archive"},
    {0, "\x93NUMPY"sv, "a NumPy array"},
    {0, "<svg"sv, "an SVG drawing"},
    {0, "<!DOCTYPE"sv, "an HTML page (a failed download?)"},
    {0, "<html"sv, "an HTML page (a failed download?)"},
}};

bool is_printable(std::uint8_t c) {
  return (c >= 0x20 && c < 0x7F) || c == '\n' || c == '\r' || c == '\t';
}

}  // namespace

std::string describe_first_bytes(const Source& source) {
  if (source.size() == 0) return "it is empty (0 bytes)";
  for (const Known& known : kKnown) {
    if (source.matches(known.offset, known.magic)) return fmt::format("it looks like {}", known.description);
  }
  const std::size_t shown = std::min<std::size_t>(source.size(), 16);
  const std::uint8_t* first = source.data();
  if (std::all_of(first, first + shown, is_printable)) {
    std::string text(first, first + shown);
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c < ' '; }, ' ');
    return fmt::format("it starts with the text \"{}\"", text);
  }
  std::string bytes;
  for (std::size_t i = 0; i < std::min<std::size_t>(shown, 8); ++i) bytes += fmt::format(" {:02X}", first[i]);
  return fmt::format("it starts with the bytes{}, which no supported format does", bytes);
}

}  // namespace relprompt::image
