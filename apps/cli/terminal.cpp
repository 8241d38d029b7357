#include "terminal.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>
#include <unistd.h>

#include "relprompt/error.h"

#include "base/file_bytes.h"
#include "interrupt.h"

namespace relprompt::cli {
namespace {

constexpr std::string_view kEllipsis = "\xE2\x80\xA6";

/// Steps over one character; a negative code point stands for a broken sequence.
UChar32 next_character(std::string_view text, std::int32_t& position) {
  UChar32 character = 0;
  const auto size = static_cast<std::int32_t>(text.size());
  U8_NEXT(text.data(), position, size, character);
  return character;
}

int width_of(UChar32 character) {
  if (character < 0) return 1;
  const auto category = u_charType(character);
  if (category == U_NON_SPACING_MARK || category == U_ENCLOSING_MARK || category == U_FORMAT_CHAR) return 0;
  const int east_asian = u_getIntPropertyValue(character, UCHAR_EAST_ASIAN_WIDTH);
  return east_asian == U_EA_FULLWIDTH || east_asian == U_EA_WIDE ? 2 : 1;
}

/// What stands behind a line break may be the name of a file: only the program's own lines start at the left.
std::string indented(const std::string& text) {
  std::string result;
  for (std::size_t at = 0; at < text.size(); ++at) {
    result += text[at];
    if (text[at] == '\n' && text.compare(at + 1, 2, "  ") != 0) result += "  ";
  }
  return result;
}

void print_line(std::string_view mark, std::string_view message) {
  const std::string line = fmt::format("{}{}\n", mark, indented(printable(message, true)));
  if (std::fwrite(line.data(), 1, line.size(), stderr) < line.size() && errno == EPIPE) notice_broken_pipe();
}

}  // namespace

int display_width(std::string_view text) {
  int width = 0;
  for (std::int32_t position = 0; position < static_cast<std::int32_t>(text.size());) {
    width += width_of(next_character(text, position));
  }
  return width;
}

std::string fit(std::string_view text, int columns) {
  if (display_width(text) <= columns) return std::string(text);
  int width = 0;
  std::int32_t position = 0;
  for (;;) {
    const std::int32_t start = position;
    width += width_of(next_character(text, position));
    if (width > columns - 1)
      return std::string(text.substr(0, static_cast<std::size_t>(start))).append(kEllipsis);
  }
}

std::string pad(std::string_view text, int columns) {
  const int missing = columns - display_width(text);
  return std::string(text) + std::string(missing > 0 ? static_cast<std::size_t>(missing) : 0, ' ');
}

void print_error(std::string_view message) {
  print_line("relprompt: error: ", message);
}
void print_warning(std::string_view message) {
  print_line("relprompt: warning: ", message);
}
void print_note(std::string_view message) {
  print_line("", message);
}

bool stderr_is_terminal() {
  const char* kind = std::getenv("TERM");
  return ::isatty(STDERR_FILENO) != 0 && kind != nullptr && std::strcmp(kind, "dumb") != 0;
}

int terminal_columns() {
  struct winsize size = {};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

void print_result(std::string_view text) {
  errno = 0;
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (written && std::fflush(stdout) == 0) return;
  if (errno == EPIPE) {
    notice_broken_pipe();
    throw BrokenPipe();
  }
  throw Error(error_of_writing(errno),
              fmt::format("cannot write the result to the standard output: {}", std::strerror(errno)));
}

}  // namespace relprompt::cli
