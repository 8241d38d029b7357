#include "raster/parts_lines.h"

#include <algorithm>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>

#include "relprompt/error.h"

#include "base/json_output.h"
#include "base/json_read.h"
#include "base/json_value.h"
#include "base/read_file.h"
#include "shards/lines.h"

namespace relprompt::raster {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxLine = std::size_t{4} << 20;

class PartLines {
 public:
  explicit PartLines(const fs::path& path) : path_(path) {
    const auto shard = shard_of_part(path.filename().string());
    if (!shard) fail("a name such as 0-of-4.jsonl", path.filename().string());
    journal_.path = path;
    journal_.shard = *shard;
  }

  PartJournal read() {
    std::size_t size = 0;
    shards::LineReader lines(open_regular_file(path_, ErrorCode::kNotFound, size), path_.string(), kMaxLine);
    std::string text;
    while (lines.next(text) && lines.whole()) {
      place_ = lines.place();
      take(text, lines.number() == 1);
      journal_.good_bytes = lines.offset() + text.size() + 1;
    }
    return std::move(journal_);
  }

 private:
  void take(const std::string& text, bool first) {
    JsonRules rules;
    rules.code = ErrorCode::kUnreadable;
    rules.bytes = kMaxLine;
    rules.text_bytes = kMaxLine;
    const auto line = read_json(text, place_, rules);
    if (!line.is_object()) fail("an object", "something else");
    if (first) {
      if (value_or(line, "format", std::string()) != kPartFormat)
        fail("a journal of blocks", "another first line");
      if (number(line, "shard") != journal_.shard.index || number(line, "shards") != journal_.shard.count)
        fail("the shard of the file's name", "another one");
      if (!line.contains("facts") || !line["facts"].is_object()) fail("facts", "none");
      journal_.facts = reread_json(json_text(line["facts"]));
    } else if (line.contains("end")) {
      journal_.ended = true;
    } else {
      add_block(line);
    }
  }

  void add_block(const nlohmann::json& line) {
    BlockRecord record;
    record.block = static_cast<std::int64_t>(number(line, "block"));
    record.labels = place_of(line, "labels");
    record.scores = place_of(line, "scores");
    record.unknown = number(line, "unknown");
    record.nodata = number(line, "nodata");
    if (!line.contains("pixels") || !line["pixels"].is_array()) fail("pixels", "none");
    for (const auto& entry : line["pixels"]) {
      if (!entry.is_array() || entry.size() != 2 || !entry[0].is_number_unsigned() ||
          !entry[1].is_number_unsigned() || entry[0].get<std::uint64_t>() > 0xFFFF) {
        fail("pixels as pairs of label and count", json_text(entry));
      }
      record.pixels[entry[0].get<std::uint32_t>()] = entry[1].get<std::uint64_t>();
    }
    journal_.blocks[record.block] = std::move(record);
  }

  Place place_of(const nlohmann::json& line, const char* key) {
    Place place;
    if (!line.contains(key)) return place;
    const auto& entry = line[key];
    if (!entry.is_object()) fail(fmt::format("\"{}\" as an object", key), "something else");
    place.offset = number(entry, "offset");
    place.bytes = number(entry, "bytes");
    place.crc = static_cast<std::uint32_t>(number(entry, "crc32"));
    return place;
  }

  std::uint64_t number(const nlohmann::json& object, const char* key) {
    constexpr std::uint64_t kMost = std::uint64_t{1} << 62;
    const auto found = object.find(key);
    if (found == object.end() || !found->is_number_unsigned() || found->get<std::uint64_t>() > kMost)
      fail(fmt::format("a number from 0 as \"{}\"", key), "none");
    return found->get<std::uint64_t>();
  }

  [[noreturn]] void fail(const std::string& expected, const std::string& found) const {
    throw Error(
        ErrorCode::kUnreadable,
        fmt::format("{}: expected {}, found {}", place_.empty() ? path_.string() : place_, expected, found),
        "the file is damaged or of another version; without --resume its run begins anew");
  }

  const fs::path& path_;
  std::string place_;
  PartJournal journal_;
};

}  // namespace

fs::path part_file(const fs::path& folder, const shards::Shard& shard, const std::string& ending) {
  return folder / fmt::format("{}-of-{}{}", shard.index, shard.count, ending);
}

std::optional<shards::Shard> shard_of_part(const std::string& name) {
  const auto of = name.find("-of-"), dot = name.find('.');
  if (of == std::string::npos || dot == std::string::npos || dot < of || name.substr(dot) != ".jsonl")
    return std::nullopt;
  try {
    const auto shard = shards::parse_shard(name.substr(0, of) + "/" + name.substr(of + 4, dot - of - 4));
    return part_file("", shard, ".jsonl").string() == name ? std::optional(shard) : std::nullopt;
  } catch (const Error&) {
    return std::nullopt;  // a foreign name
  }
}

std::string first_line(const shards::Shard& shard, const Json& facts) {
  return json_text(Json{
             {"format", kPartFormat}, {"shard", shard.index}, {"shards", shard.count}, {"facts", facts}}) +
         "\n";
}

std::string line_of(const BlockRecord& record) {
  Json line = {{"block", record.block}};
  const auto add = [&](const char* key, const Place& place) {
    if (place.bytes > 0) line[key] = {{"offset", place.offset}, {"bytes", place.bytes}, {"crc32", place.crc}};
  };
  add("labels", record.labels);
  add("scores", record.scores);
  Json pixels = Json::array();
  for (const auto& [label, count] : record.pixels) pixels.push_back(Json::array({label, count}));
  line["pixels"] = pixels;
  line["unknown"] = record.unknown;
  line["nodata"] = record.nodata;
  return json_text(line) + "\n";
}

PartJournal read_part(const fs::path& path) {
  return PartLines(path).read();
}

std::vector<PartJournal> parts_in(const fs::path& folder) {
  std::vector<PartJournal> result;
  std::error_code problem;
  for (const auto& entry : fs::directory_iterator(folder, problem)) {
    if (!shard_of_part(entry.path().filename().string())) continue;
    auto part = read_part(entry.path());
    if (part.good_bytes > 0) result.push_back(std::move(part));
  }
  if (result.empty()) {
    throw Error(ErrorCode::kNotFound, fmt::format("{} holds no finished blocks of a raster", folder.string()),
                "relprompt raster ... --shard I/N makes them");
  }
  std::sort(result.begin(), result.end(), [](const PartJournal& a, const PartJournal& b) {
    return std::make_pair(a.shard.count, a.shard.index) < std::make_pair(b.shard.count, b.shard.index);
  });
  return result;
}

}  // namespace relprompt::raster
