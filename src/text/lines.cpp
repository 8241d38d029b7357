#include "text/lines.h"

#include <fmt/format.h>

#include "base/read_file.h"
#include "text/unicode.h"

namespace relprompt::text {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

std::string_view without_comment(std::string_view line) {
  for (std::size_t at = line.find('#'); at != std::string_view::npos; at = line.find('#', at + 1)) {
    const std::string_view before = line.substr(0, at);
    if (before.empty() || ends_with_white_space(before)) return before;
  }
  return line;
}

}  // namespace

std::vector<Line> all_lines(std::string_view text) {
  if (text.substr(0, kByteOrderMark.size()) == kByteOrderMark) text.remove_prefix(kByteOrderMark.size());
  std::vector<Line> lines;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find_first_of("\r\n");
    lines.push_back({number, text.substr(0, end)});
    if (end == std::string_view::npos) break;
    text.remove_prefix(text.compare(end, 2, "\r\n") == 0 ? end + 2 : end + 1);
  }
  return lines;
}

std::vector<Line> content_lines(std::string_view text) {
  std::vector<Line> lines;
  for (const Line& line : all_lines(text)) {
    const std::string_view content = trim(without_comment(line.text));
    if (!content.empty()) lines.push_back({line.number, content});
  }
  return lines;
}

std::string read_capped(const std::filesystem::path& path, std::size_t max_bytes, ErrorCode code) try {
  ReadRules rules;
  rules.max_bytes = max_bytes;
  rules.missing = rules.too_large = code;
  return std::string(read_file(path, rules).text());
} catch (const Error& error) {
  throw Error(code, error.what());
}

}  // namespace relprompt::text
