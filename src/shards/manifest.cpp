#include "shards/manifest.h"

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "relprompt/error.h"

#include "base/json_excerpt.h"
#include "base/json_fields.h"
#include "base/json_output.h"
#include "base/json_read.h"
#include "base/printable.h"
#include "base/read_file.h"
#include "shards/image_id.h"
#include "shards/lines.h"
#include "shards/list_summary.h"

namespace relprompt::shards {
namespace {

constexpr std::size_t kMaxPathBytes = 4096;  // as the kernel's
constexpr std::size_t kMaxValues = 65536;    // of one line: a class list has at most 65,535 entries
constexpr const char* kExample =
    R"(a line is a path, or {"image": "PATH", "id": "NAME"} with an id of its own)";

[[noreturn]] void fail(const std::string& place, const std::string& what) {
  throw Error(ErrorCode::kBadArgument, fmt::format("{}: {}", place, what), kExample);
}

/// What was found, in a message.
std::string shown(const std::string& text) {
  constexpr std::size_t kMost = 60;
  const auto start = start_of(text, kMost);
  return fmt::format("\"{}{}\"", printable(start), start.size() < text.size() ? "..." : "");
}

/// A path whose bytes are no UTF-8 stands in KEY_bytes, as in the JSON that relprompt writes.
std::string path_in(JsonFields& fields, const std::string& place) {
  std::string path = fields.text("image", "");
  const std::string bytes = fields.text("image_bytes", "");
  if (bytes.empty()) return path;
  if (auto decoded = percent_decoded(bytes)) return *std::move(decoded);
  fail(place, fmt::format("image_bytes: expected percent-encoded bytes, found {}", shown(bytes)));
}

ManifestImage image_in_json(const std::string& line, const std::string& place) {
  JsonRules rules;
  rules.code = ErrorCode::kBadArgument;
  rules.bytes = kMaxManifestLine;
  rules.values = kMaxValues;
  rules.hint = kExample;
  const auto object = read_json(line, place, rules);
  if (!object.is_object()) fail(place, fmt::format("expected a JSON object, found {}", json_excerpt(object)));
  JsonFields fields(object, place, ErrorCode::kBadArgument);
  ManifestImage image;
  image.image = path_in(fields, place);
  image.id = fields.text("id", "");
  image.named = fields.has("id");
  image.classes = fields.texts("classes");
  image.seen = fields.texts("seen");
  fields.finish();
  if (image.image.empty()) fail(place, "expected a path under \"image\", found none");
  return image;
}

class Reader {
 public:
  Reader(FileHandle file, const std::string& source) : lines_(std::move(file), source, kMaxManifestLine) {}

  /// The next line that is not empty.
  bool next(ManifestImage& image) {
    do {
      if (!lines_.next(line_)) return false;
      if (!line_.empty() && line_.back() == '\r') line_.pop_back();
    } while (line_.empty());
    if (images_ == 0) json_ = line_.front() == '{';
    image = json_ ? image_in_json(line_, lines_.place()) : ManifestImage();
    if (!json_) image.image = line_;
    image.at = images_++;
    image.line = lines_.number();
    complete(image);
    return true;
  }

  std::string place() const { return lines_.place(); }

 private:
  void complete(ManifestImage& image) const {
    if (image.image.size() > kMaxPathBytes)
      fail(place(),
           fmt::format("expected a path of at most {} bytes, found {}", kMaxPathBytes, image.image.size()));
    if (image.image.find('\0') != std::string::npos)
      fail(place(), "expected a path, found a zero byte; lines end with line breaks");
    if (!image.named) image.id = stem_of(image.image);
    const auto problem = problem_of_id(image.id);
    if (problem.empty()) return;
    fail(place(), fmt::format("expected an id for results, found {}{}, which {}", shown(image.id),
                              image.named ? "" : " (the stem of the path)", problem));
  }

  LineReader lines_;
  std::string line_;
  std::uint64_t images_ = 0;
  bool json_ = false;  ///< the first line decides
};

FileHandle open(const std::string& file) {
  std::size_t size = 0;
  if (file != "-") return open_regular_file(file, ErrorCode::kNotFound, size);
  if (::isatty(STDIN_FILENO) != 0) {
    throw Error(ErrorCode::kBadArgument, "the manifest - is the standard input, and that is a terminal",
                "find images -name '*.jpg' | relprompt segment --manifest - ...");
  }
  return FileHandle(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0));
}

}  // namespace

Manifest read_manifest(const std::string& file, const Shard& shard) {
  const std::string source = file == "-" ? "the standard input" : file;
  Reader reader(open(file), source);
  Manifest manifest;
  ListSummer summer;
  for (ManifestImage image; reader.next(image);) {
    if (const auto line = summer.add(image.id, image.line)) {
      fail(reader.place(), fmt::format("expected an id that no other line has, found {}, the id of line {}",
                                       shown(image.id), *line));
    }
    if (manifest.first.empty()) manifest.first = image.image;
    if (shard.takes(image.id)) manifest.images.push_back(std::move(image));
  }
  manifest.list = summer.summary();
  if (manifest.list.images == 0)
    throw Error(ErrorCode::kBadArgument, fmt::format("{} lists no image", source), kExample);
  return manifest;
}

}  // namespace relprompt::shards
