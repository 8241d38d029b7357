#include "text/class_line.h"

#include <utility>

#include <fmt/format.h>

#include "relprompt/classes.h"

#include "text/unicode.h"

namespace relprompt::text {
namespace {

constexpr std::string_view kSpecial = ",;#\"\\";
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

class Scanner {
 public:
  explicit Scanner(std::string_view line) : line_(line) {}

  ClassLine scan() && {
    skip_white_space();
    // A comma at the end separates nothing; one that is all there is does. A list that is too long is refused
    // without reading all of it.
    while (!at_end() && result_.problem.empty() && result_.classes.size() <= kMaxClasses) {
      add_class();
      if (at_end()) break;
      ++at_;  // the comma behind a class
      skip_white_space();
    }
    return std::move(result_);
  }

 private:
  bool at_end() const { return at_ == line_.size() || starts_comment(at_); }

  bool starts_comment(std::size_t at) const {
    return line_[at] == '#' && (at == 0 || ends_with_white_space(line_.substr(0, at)));
  }

  void skip_white_space() { at_ = line_.size() - trim_start(line_.substr(at_)).size(); }

  /// Up to the comma behind it, or the end.
  void add_class() {
    const std::size_t start = at_;
    WrittenClass found;
    for (;;) {
      skip_white_space();
      const bool quoted = at_ < line_.size() && line_[at_] == '"';
      found.names.push_back(quoted ? quoted_name() : plain_name());
      if (!result_.problem.empty()) return;
      if (at_end() || line_[at_] != ';') break;
      ++at_;
    }
    found.written = trim(line_.substr(start, at_ - start));
    result_.classes.push_back(std::move(found));
  }

  std::string plain_name() {
    std::string name;
    for (; !at_end() && line_[at_] != ',' && line_[at_] != ';'; ++at_) {
      const bool escaped = line_[at_] == '\\' && at_ + 1 < line_.size() &&
                           kSpecial.find(line_[at_ + 1]) != std::string_view::npos;
      if (escaped) {
        ++at_;
      } else if (line_[at_] == '"') {
        fail("has a quote inside a name",
             "quotes go around the whole name, and \"\" is one inside: \"5\"\" gun\"");
        break;
      }
      name += line_[at_];
    }
    return name;
  }

  std::string quoted_name() {
    std::string name;
    for (++at_;; ++at_) {
      if (at_ == line_.size()) {
        fail("has a quote that nothing closes",
             "a name in quotes ends on its line, and \"\" is a quote inside: \"car, big\", \"5\"\" gun\"");
        return name;
      }
      if (line_[at_] == '"' && line_.substr(at_ + 1, 1) != "\"") break;
      if (line_[at_] == '"') ++at_;
      name += line_[at_];
    }
    ++at_;
    skip_white_space();
    if (!at_end() && line_[at_] != ',' && line_[at_] != ';') {
      fail("goes on behind a closing quote",
           "quotes go around the whole name, and \"\" is one inside: \"5\"\" gun\"");
    }
    return name;
  }

  void fail(const char* problem, const char* hint) {
    result_.problem = fmt::format("{} {}", excerpt(trim(line_)), problem);
    result_.hint = hint;
  }

  std::string_view line_;
  std::size_t at_ = 0;
  ClassLine result_;
};

bool needs_quotes(std::string_view name) {
  return name.find_first_of(",;\"\\") != std::string_view::npos || name.front() == '#' ||
         name.find(" #") != std::string_view::npos || name.substr(0, kByteOrderMark.size()) == kByteOrderMark;
}

std::string in_quotes(std::string_view name) {
  std::string result = "\"";
  for (const char c : name) {
    if (c == '"') result += '"';
    result += c;
  }
  return result + '"';
}

}  // namespace

ClassLine read_class_line(std::string_view line) {
  return Scanner(line).scan();
}

std::string class_line(const std::vector<std::string>& names) {
  std::string line;
  for (const std::string& name : names) {
    if (!line.empty()) line += ';';
    line += needs_quotes(name) ? in_quotes(name) : name;
  }
  return line;
}

}  // namespace relprompt::text
