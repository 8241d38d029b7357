#include "base/journal_lines.h"

#include <algorithm>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file_bytes.h"

namespace relprompt {
namespace {

constexpr std::size_t kSha256Digits = 64;
constexpr std::size_t kPiece = std::size_t{1} << 20;  // of the list, read at once
constexpr std::size_t kShortLine = 512;               // most lines are shorter

std::string unescaped(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      result += text[i];
      continue;
    }
    const char next = text[++i];
    result += next == 'n' ? '\n' : next == 't' ? '\t' : next;
  }
  return result;
}

std::uint64_t hash_of(std::string_view escaped_name) {
  return std::hash<std::string_view>()(escaped_name);
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '\\') {
      result += "\\\\";
    } else if (c == '\n') {
      result += "\\n";
    } else if (c == '\t') {
      result += "\\t";
    } else {
      result += c;
    }
  }
  return result;
}

void JournalLines::refresh(const std::filesystem::path& path) {
  // No link is followed, no pipe waited for.
  FileHandle file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat info {};
  const bool regular = file && ::fstat(file.number(), &info) == 0 && S_ISREG(info.st_mode);
  if (!regular || info.st_ino != inode_ || info.st_dev != device_ || info.st_size < read_)
    *this = JournalLines();
  if (!regular) return;
  file_ = std::move(file);
  inode_ = info.st_ino;
  device_ = info.st_dev;
  index(info.st_size);
}

void JournalLines::index(off_t size) {
  if (read_ == 0) {
    // Somebody else's file lists nothing, nor does what cannot be read: no file is replaced on its word.
    if (bytes_at(file_.number(), 0, kJournalHeader.size()) != kJournalHeader) return;
    read_ = static_cast<off_t>(kJournalHeader.size());
  }
  for (std::size_t wanted = kPiece; read_ < size;) {
    const auto text = bytes_at(file_.number(), read_, std::min<std::size_t>(wanted, size - read_));
    if (!text) return;
    std::string_view rest = *text;
    const off_t before = read_;
    for (auto end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
      const Line line = parsed(rest.substr(0, end));
      if (line.kind == "file") files_.emplace(hash_of(line.last), read_);
      if (line.kind == "note") notes_.emplace(hash_of(line.middle), read_);
      rest.remove_prefix(end + 1);
      read_ += static_cast<off_t>(end + 1);
    }
    // A line without its end is still being written, was cut off by a full disk, or is longer than the piece.
    if (read_ == before && text->size() < wanted) return;
    if (read_ == before) wanted *= 2;
  }
}

JournalLines::Line JournalLines::parsed(std::string_view line) {
  const auto first = line.find('\t');
  const auto second = first == std::string_view::npos ? first : line.find('\t', first + 1);
  if (second == std::string_view::npos) return {};
  const Line result = {line.substr(0, first), line.substr(first + 1, second - first - 1),
                       line.substr(second + 1)};
  return result.kind == "file" && result.middle.size() != kSha256Digits ? Line() : result;
}

std::string JournalLines::line_at(off_t place) const {
  for (std::size_t size = kShortLine;; size *= 2) {
    const auto text = bytes_at(file_.number(), place, size);
    if (!text) return "";
    const auto end = text->find('\n');
    if (end != std::string::npos) return text->substr(0, end);
    if (text->size() < size) return "";
  }
}

bool JournalLines::any(const Places& places, std::string_view kind, const std::string& name,
                       const std::function<bool(const Line&, off_t)>& ask) const {
  const std::string wanted = escaped(name);
  const auto [begin, end] = places.equal_range(hash_of(wanted));
  return std::any_of(begin, end, [&](const auto& entry) {
    const std::string text = line_at(entry.second);
    const Line line = parsed(text);
    const auto its_name = kind == "file" ? line.last : line.middle;
    return line.kind == kind && its_name == wanted && ask(line, entry.second);
  });
}

bool JournalLines::lists(const std::string& name) const {
  return any(files_, "file", name, [](const Line&, off_t) { return true; });
}

bool JournalLines::lists(const std::string& name, const std::string& sha256) const {
  return any(files_, "file", name, [&](const Line& line, off_t) { return line.middle == sha256; });
}

std::optional<std::string> JournalLines::note(const std::string& name) const {
  std::optional<std::string> last;
  off_t last_place = -1;
  any(notes_, "note", name, [&](const Line& line, off_t place) {
    if (place > last_place) {
      last = unescaped(line.last);
      last_place = place;
    }
    return false;
  });
  return last;
}

}  // namespace relprompt
