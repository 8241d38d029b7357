#include "shards/journal.h"

#include <algorithm>
#include <charconv>
#include <system_error>
#include <tuple>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "relprompt/error.h"

#include "base/json_excerpt.h"
#include "base/json_output.h"
#include "base/json_read.h"
#include "base/printable.h"
#include "base/read_file.h"
#include "shards/image_id.h"
#include "shards/lines.h"

namespace relprompt::shards {
namespace {

namespace fs = std::filesystem;
using Value = nlohmann::json;

constexpr const char* kHint =
    "delete the journal and run the shard again with --resume, which finds the results that are there";

JsonRules rules() {
  JsonRules rules;
  rules.code = ErrorCode::kUnreadable;
  rules.bytes = kMaxJournalLine;
  rules.hint = kHint;
  return rules;
}

/// A text that was read before, with its keys in their order.
Json in_order(const std::string& text) {
  try {
    return reread_json(text);
  } catch (const Error&) {
    throw Error(ErrorCode::kUnreadable, "a journal changed while it was read", kHint);
  }
}

/// Takes a journal in, line by line.
class Reading {
 public:
  Reading(const fs::path& path, const Shard& shard) { journal_.path = path, journal_.shard = shard; }

  Journal run() {
    std::size_t size = 0;
    LineReader lines(open_regular_file(journal_.path, ErrorCode::kNotFound, size), journal_.path.string(),
                     kMaxJournalLine);
    for (std::string line; lines.next(line) && lines.whole();) {
      place_ = lines.place();
      take(read_json(line, place_, rules()), line, {0, "", false, lines.offset(), line.size()});
    }
    return std::move(journal_);
  }

 private:
  [[noreturn]] void fail(const std::string& expected, const std::string& found) const {
    throw Error(ErrorCode::kUnreadable, fmt::format("{}: expected {}, found {}", place_, expected, found),
                kHint);
  }

  /// A member of an object, or null.
  static const Value& member(const Value& object, const char* key) {
    static const Value none;
    const auto found = object.find(key);
    return found == object.end() ? none : *found;
  }

  std::uint64_t number(const Value& object, const char* key) const {
    const Value& value = member(object, key);
    if (!value.is_number_unsigned()) fail(fmt::format("a number under \"{}\"", key), json_excerpt(value));
    return value.get<std::uint64_t>();
  }

  void take(const Value& line, const std::string& text, JournalImage image) {
    if (!line.is_object()) fail("a JSON object", json_excerpt(line));
    journal_.ended = line.contains("end");
    if (line.contains("format")) {
      begin(line, text);
    } else if (journal_.begun == 0) {
      fail(fmt::format("a line with the format \"{}\"", kJournalFormat), json_excerpt(line));
    } else if (!journal_.ended) {
      add(line, std::move(image));
    }
  }

  void begin(const Value& line, const std::string& text) {
    const auto& format = member(line, "format");
    if (format != kJournalFormat)
      fail(fmt::format("the format \"{}\"", kJournalFormat), json_excerpt(format));
    if (number(line, "shard") != journal_.shard.index || number(line, "shards") != journal_.shard.count)
      fail(name_of(journal_.shard), json_excerpt(line, 120));
    const Value &facts = member(line, "facts"), &list = member(facts, "list");
    if (!facts.is_object() || !list.is_object() || !member(facts, "command").is_string())
      fail("\"facts\" with a command and a list", json_excerpt(facts));
    most_ = number(list, "images");
    const bool goes_on = member(line, "resume") == true && Value(journal_.facts) == facts;
    if (!goes_on) {
      journal_.images.clear();
      journal_.places.clear();
    }
    auto ordered = in_order(text);
    journal_.facts = std::move(ordered["facts"]);
    journal_.run = std::move(ordered["run"]);
    ++journal_.begun;
  }

  void add(const Value& line, JournalImage image) {
    image.id = bytes_at(line, "id");
    if (const auto problem = problem_of_id(image.id); !problem.empty())
      fail("an id of an image", fmt::format("{}, which {}", json_excerpt(member(line, "id")), problem));
    if (!journal_.shard.takes(image.id)) {
      fail("an id of " + name_of(journal_.shard),
           fmt::format("{} of shard {}", json_excerpt(line["id"]), shard_of(image.id, journal_.shard.count)));
    }
    image.at = number(line, "at");
    if (image.at >= most_) fail(fmt::format("a place below {}", most_), std::to_string(image.at));
    const Value& status = member(line, "status");
    if (status != "done" && status != "failed")
      fail("the status \"done\" or \"failed\"", json_excerpt(status));
    image.done = status == "done";
    const auto [place, is_new] = journal_.places.emplace(image.id, journal_.images.size());
    if (is_new) {
      journal_.images.push_back(std::move(image));
    } else {
      journal_.images[place->second] = std::move(image);
    }
  }

  Journal journal_;
  std::string place_;
  std::uint64_t most_ = 0;
};

/// "0-of-3.jsonl"
std::optional<Shard> shard_called(const std::string& name) {
  Shard shard;
  const char *at = name.data(), *const end = name.data() + name.size();
  const auto index = std::from_chars(at, end, shard.index);
  constexpr std::string_view kOf = "-of-";
  if (index.ec != std::errc() ||
      std::string_view(index.ptr, static_cast<std::size_t>(end - index.ptr)).substr(0, kOf.size()) != kOf)
    return std::nullopt;
  const auto count = std::from_chars(index.ptr + kOf.size(), end, shard.count);
  const bool known = count.ec == std::errc() && shard.index < shard.count && shard.count <= kMaxShards;
  return known && shard_file("", shard).filename() == name ? std::optional<Shard>(shard) : std::nullopt;
}

}  // namespace

fs::path shard_file(const fs::path& output, const Shard& shard, const std::string& ending) {
  return output / kShardFolder / fmt::format("{}-of-{}{}", shard.index, shard.count, ending);
}

std::vector<Shard> shards_in(const fs::path& output) {
  std::vector<Shard> shards;
  std::error_code problem;
  for (fs::directory_iterator next(output / kShardFolder, problem), end; !problem && next != end;
       next.increment(problem)) {
    if (const auto shard = shard_called(next->path().filename().string())) shards.push_back(*shard);
  }
  std::sort(shards.begin(), shards.end(), [](const Shard& a, const Shard& b) {
    return std::tie(a.count, a.index) < std::tie(b.count, b.index);
  });
  return shards;
}

const JournalImage* Journal::find(const std::string& id) const {
  const auto place = places.find(id);
  return place == places.end() ? nullptr : &images[place->second];
}

Journal read_journal(const fs::path& path, const Shard& shard) {
  return Reading(path, shard).run();
}

Json line_of(const Journal& journal, const JournalImage& image) {
  std::size_t size = 0;
  const FileHandle file = open_regular_file(journal.path, ErrorCode::kNotFound, size);
  std::string line(image.size, '\0');
  const ssize_t got = ::pread(file.number(), line.data(), line.size(), static_cast<off_t>(image.offset));
  if (got != static_cast<ssize_t>(line.size())) {
    throw Error(ErrorCode::kUnreadable,
                fmt::format("{} became shorter while it was read", journal.path.string()), kHint);
  }
  return in_order(line);
}

std::string bytes_at(const Value& line, const std::string& key) {
  const auto bytes = line.find(key + "_bytes");
  if (bytes != line.end() && bytes->is_string())
    return percent_decoded(bytes->get<std::string>()).value_or("");
  const auto text = line.find(key);
  return text != line.end() && text->is_string() ? text->get<std::string>() : "";
}

}  // namespace relprompt::shards
