// Reading small text files of ours (class lists, templates): lines, comments, byte order marks, size caps.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "relprompt/error.h"

namespace relprompt::text {

struct Line {
  std::size_t number;     ///< from 1
  std::string_view text;  ///< without its line break
};

/// All lines, as they are and also empty ones, by the rules of content_lines but for comments and white
/// space.
std::vector<Line> all_lines(std::string_view text);

/// The lines that say something, without comments and white space at the ends. A line ends with LF, CR or
/// CR LF; '#' starts a comment at the start of a line or after white space ("C#" is a name); a byte order
/// mark at the very start is skipped. The views point into `text`.
std::vector<Line> content_lines(std::string_view text);

/// The bytes of a file. Throws Error(code), whatever the reason: missing, unreadable, more than max_bytes.
std::string read_capped(const std::filesystem::path& path, std::size_t max_bytes, ErrorCode code);

}  // namespace relprompt::text
