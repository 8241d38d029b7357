// Reading class lists that people type or keep in files, with messages that point at the entry.
#include <cstdint>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include "relprompt/classes.h"
#include "relprompt/error.h"

#include "text/class_line.h"
#include "text/limits.h"
#include "text/lines.h"
#include "text/unicode.h"

namespace relprompt {
namespace {

bool has_control_character(std::string_view name) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(name.data());
  for (std::size_t at = 0; at < name.size();) {
    UChar32 character = 0;
    U8_NEXT(bytes, at, name.size(), character);
    if (u_charType(character) == U_CONTROL_CHAR) return true;
  }
  return false;
}

/// Collects classes line by line and remembers where each name stood.
class Parser {
 public:
  explicit Parser(std::string source) : source_(std::move(source)) {}

  ClassList parse(std::string_view text) && {
    if (text.size() > text::kMaxClassListBytes) {
      throw Error(ErrorCode::kBadClassList, fmt::format("{}: {} bytes; at most {} are read", source_,
                                                        text.size(), text::kMaxClassListBytes));
    }
    for (const text::Line& line : text::all_lines(text)) add_line(line);
    if (list_.names.empty()) {
      throw Error(ErrorCode::kBadClassList, fmt::format("{}: no classes", source_),
                  "name at least one, such as: road, sky, car;vehicle");
    }
    return std::move(list_);
  }

 private:
  struct Place {
    std::size_t label, line;
  };

  void add_line(const text::Line& line) {
    line_ = line.number;
    if (text::find_invalid_utf8(line.text) != std::string_view::npos) {
      fail(fmt::format("{} is not valid UTF-8", text::excerpt(text::trim(line.text))),
           "save the list as UTF-8");
    }
    text::ClassLine read = text::read_class_line(line.text);
    if (!read.problem.empty()) fail(read.problem, read.hint);
    for (text::WrittenClass& entry : read.classes) add_class(std::move(entry));
  }

  void add_class(text::WrittenClass entry) {
    if (list_.names.size() == kMaxClasses) fail(fmt::format("more than {} classes", kMaxClasses));
    for (std::string& name : entry.names) name = checked_name(name, entry.written);
    list_.names.push_back(std::move(entry.names));
  }

  /// The name as it is kept.
  std::string checked_name(const std::string& part, std::string_view written) {
    const std::size_t label = list_.names.size();
    if (const auto length = text::trim(part).size(); length > text::kMaxNameBytes) {
      fail(fmt::format("class {}, {}, has a name of {} bytes; at most {} are read", label + 1,
                       text::excerpt(written), length, text::kMaxNameBytes));
    }
    std::string name = text::collapse_blanks(text::trim(part));
    if (name.empty()) {
      fail(fmt::format("class {}, {}, has an empty name", label + 1, text::excerpt(written)),
           "two separators in a row, or one at the start? ',' separates classes, ';' names of one class");
    }
    if (has_control_character(name)) {
      fail(fmt::format("class {}, {}, contains a control character", label + 1, text::excerpt(name)));
    }
    const auto [before, fresh] = places_.emplace(text::comparison_key(name), Place{label, line_});
    if (!fresh) {
      const Place& first = before->second;
      fail(fmt::format("{} (class {}) occurs twice; first as class {} on line {}", text::excerpt(name),
                       label + 1, first.label + 1, first.line),
           "upper and lower case count as the same name; write several names of one class as car;vehicle");
    }
    return name;
  }

  [[noreturn]] void fail(const std::string& problem, const std::string& hint = "") const {
    throw Error(ErrorCode::kBadClassList, fmt::format("{}, line {}: {}", source_, line_, problem), hint);
  }

  std::string source_;
  ClassList list_;
  std::unordered_map<std::string, Place> places_;
  std::size_t line_ = 0;
};

}  // namespace

ClassList parse_class_list(std::string_view text) {
  return Parser("class list").parse(text);
}

ClassList read_class_file(const std::filesystem::path& path) {
  return Parser(path.string())
      .parse(text::read_capped(path, text::kMaxClassListBytes, ErrorCode::kBadClassList));
}

}  // namespace relprompt
