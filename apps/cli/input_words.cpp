#include "input_words.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include "relprompt/error.h"

#include "base/paths.h"
#include "base/read_file.h"

namespace relprompt::cli {
namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 30;  // as of any image file

void append_lines(std::string_view text, const std::string& list, std::vector<std::string>& names) {
  const char end = text.find('\0') == std::string_view::npos ? '\n' : '\0';
  const std::size_t before = names.size();
  while (!text.empty()) {
    const std::size_t stop = std::min(text.find(end), text.size());
    std::string name(text.substr(0, stop));
    text.remove_prefix(std::min(stop + 1, text.size()));
    if (end == '\n' && !name.empty() && name.back() == '\r') name.pop_back();
    if (name.empty()) continue;
    if (name == "-" || (name.front() == '@' && !path_exists(name))) {
      throw Error(ErrorCode::kBadArgument,
                  fmt::format("{}: {} in a list is no file, folder or glob", list, name),
                  "only the command line itself takes - and @FILE");
    }
    names.push_back(std::move(name));
  }
  if (names.size() == before) throw Error(ErrorCode::kBadArgument, fmt::format("{} names no input", list));
}

}  // namespace

std::shared_ptr<const FileHandle> standard_input() {
  if (::isatty(STDIN_FILENO) != 0) {
    throw Error(ErrorCode::kBadArgument, "the input - is the standard input, and that is a terminal",
                "relprompt segment - ... < street.jpg; a file of that name is ./-");
  }
  auto file = std::make_shared<FileHandle>(::memfd_create("stdin", MFD_CLOEXEC));
  std::array<char, 1 << 16> block;
  for (std::size_t size = 0;;) {
    const ssize_t count = *file ? ::read(STDIN_FILENO, block.data(), block.size()) : -1;
    if (count == 0) return file;
    if (count < 0 && errno == EINTR) continue;
    const bool kept = count > 0 && write_all(file->number(), {block.data(), static_cast<std::size_t>(count)});
    if (!kept) {
      throw Error(ErrorCode::kUnreadable,
                  fmt::format("cannot read the standard input: {}", std::strerror(errno)));
    }
    size += static_cast<std::size_t>(count);
    if (size > kMostBytes) {
      throw Error(ErrorCode::kUnreadable,
                  fmt::format("the standard input: expected at most {} bytes", kMostBytes));
    }
  }
}

std::string path_of(const FileHandle& file) {
  return fmt::format("/proc/self/fd/{}", file.number());
}

std::vector<std::string> expand_lists(const std::vector<std::string>& inputs) {
  std::vector<std::string> names;
  for (const std::string& input : inputs) {
    if (input.size() < 2 || input.front() != '@' || path_exists(input)) {
      names.push_back(input);
      continue;
    }
    const std::string list = input.substr(1);
    if (list == "-") {
      const auto stream = standard_input();
      append_lines(read_file(path_of(*stream)).text(), "the standard input", names);
    } else {
      append_lines(read_file(list).text(), list, names);
    }
  }
  return names;
}

}  // namespace relprompt::cli
