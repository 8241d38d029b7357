#include "formats/run_part.h"

#include <fmt/format.h>

#include "relprompt/error.h"

namespace relprompt::formats {

std::string part_head(std::string_view format) {
  return fmt::format("relprompt {} 1\n", format);
}

PartLines::PartLines(std::string_view part, std::string_view format) : rest_(part) {
  const std::string head = part_head(format);
  if (part.substr(0, head.size()) != head) {
    throw Error(ErrorCode::kBadArgument,
                fmt::format("this is no part of a file of the format {}: it should begin with \"{}\"", format,
                            head.substr(0, head.size() - 1)),
                "encode_run_part makes it");
  }
  rest_.remove_prefix(head.size());
}

std::optional<std::string_view> PartLines::next() {
  if (rest_.empty()) return std::nullopt;
  const std::size_t end = std::min(rest_.find('\n'), rest_.size());
  const std::string_view line = rest_.substr(0, end);
  rest_.remove_prefix(std::min(end + 1, rest_.size()));
  return line;
}

}  // namespace relprompt::formats
