#include "shards/shard_set.h"

#include <map>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "relprompt/error.h"

#include "base/json_excerpt.h"
#include "shards/journal_writer.h"

namespace relprompt::shards {
namespace {

namespace fs = std::filesystem;

constexpr const char* kGoOn = "run each of them again with the same command and --resume, then merge";

/// Folders by the number of the shard that they hold.
using Holders = std::map<std::size_t, std::vector<fs::path>>;

/// "1, 4 to 7"
std::string ranges_of(const std::vector<std::size_t>& numbers) {
  std::vector<std::string> ranges;
  for (std::size_t i = 0; i < numbers.size();) {
    std::size_t last = i;
    while (last + 1 < numbers.size() && numbers[last + 1] == numbers[last] + 1) ++last;
    ranges.push_back(last == i       ? std::to_string(numbers[i])
                     : last == i + 1 ? fmt::format("{}, {}", numbers[i], numbers[last])
                                     : fmt::format("{} to {}", numbers[i], numbers[last]));
    i = last + 1;
  }
  return fmt::format("{}", fmt::join(ranges, ", "));
}

/// Who holds which shard; `count` becomes how many there should be.
Holders find_holders(const std::vector<fs::path>& folders, std::size_t& count) {
  Holders holders;
  fs::path first;
  count = 0;
  for (const auto& folder : folders) {
    const auto shards = shards_in(folder);
    if (shards.empty()) {
      throw Error(ErrorCode::kNotFound,
                  fmt::format("{}: expected journals of shards ({}/I-of-N.jsonl), found none",
                              folder.string(), kShardFolder),
                  "name output folders of commands that ran with --shard I/N");
    }
    for (const Shard& shard : shards) {
      if (count == 0) count = shard.count, first = folder;
      if (shard.count != count) {
        throw Error(ErrorCode::kBadArgument,
                    fmt::format("{} holds {}, expected shards of {}, as in {}", folder.string(),
                                name_of(shard), count, first.string()));
      }
      holders[shard.index].push_back(folder);
    }
  }
  return holders;
}

void require_each_once(const Holders& holders, std::size_t count) {
  std::string doubled;
  for (const auto& [index, folders] : holders) {
    if (folders.size() < 2) continue;
    doubled += fmt::format("\n  shard {} of {} is in {} and in {}", index, count, folders[0].string(),
                           folders[1].string());
  }
  std::vector<std::size_t> missing;
  for (std::size_t index = 0; index < count; ++index)
    if (holders.count(index) == 0) missing.push_back(index);
  if (!missing.empty()) {
    throw Error(ErrorCode::kNotFound,
                fmt::format("{} {} of {} {} missing{}", missing.size() == 1 ? "shard" : "shards",
                            ranges_of(missing), count, missing.size() == 1 ? "is" : "are", doubled),
                "run them, or name their folders as well");
  }
  if (!doubled.empty()) {
    throw Error(ErrorCode::kBadArgument, fmt::format("expected each shard once{}", doubled),
                "name one of the two folders");
  }
}

void require_ended(const ShardSet& set) {
  std::vector<std::size_t> unfinished;
  for (const Journal& journal : set.journals)
    if (!journal.ended) unfinished.push_back(journal.shard.index);
  if (unfinished.empty()) return;
  const Journal& first = set.journals[unfinished.front()];
  throw Error(ErrorCode::kNotFound,
              fmt::format("{} {} of {} did not come to the end: {} has {} images, and more are to come",
                          unfinished.size() == 1 ? "shard" : "shards", ranges_of(unfinished),
                          set.journals.size(), first.path.string(), first.images.size()),
              kGoOn);
}

void require_one_run(const ShardSet& set) {
  for (const Journal& journal : set.journals) {
    for (const auto& [key, value] : set.facts().items()) {
      const auto found = journal.facts.find(key);
      const Json other = found == journal.facts.end() ? Json() : *found;
      if (other == value) continue;
      throw Error(ErrorCode::kBadArgument,
                  fmt::format("the shards are of different runs: \"{}\" is {} in {} and {} in {}", key,
                              json_excerpt(value, 100), set.journals.front().path.string(),
                              json_excerpt(other, 100), journal.path.string()),
                  "run the shards of the older one again with the same command and --resume");
    }
  }
}

[[noreturn]] void fail_place(const Journal& journal, std::uint64_t at, const std::string& found) {
  throw Error(ErrorCode::kUnreadable,
              fmt::format("{}: expected every place of the list once, found place {} {}",
                          journal.path.string(), at, found),
              "run the shard again with --resume");
}

void put_in_order(ShardSet& set) {
  std::uint64_t held = 0;
  for (const Journal& journal : set.journals) held += journal.images.size();
  const auto images = set.facts()["list"]["images"].get<std::uint64_t>();
  if (held != images) {
    throw Error(
        ErrorCode::kUnreadable,
        fmt::format("the shards hold {} images together, expected the {} of their list", held, images),
        kGoOn);
  }
  constexpr ShardSet::Place kNone = {static_cast<std::size_t>(-1), 0};
  set.order.assign(images, kNone);  // as many as lines were read: no number of a file alone takes memory
  for (std::size_t shard = 0; shard < set.journals.size(); ++shard) {
    const Journal& journal = set.journals[shard];
    for (std::size_t image = 0; image < journal.images.size(); ++image) {
      const auto at = journal.images[image].at;
      if (at >= images || set.order[at].shard != kNone.shard)
        fail_place(journal, at, "twice or beyond its end");
      set.order[at] = {shard, image};
    }
  }
}

}  // namespace

ShardSet open_shards(const std::vector<fs::path>& folders) {
  std::size_t count = 0;
  const auto holders = find_holders(folders, count);
  require_each_once(holders, count);
  ShardSet set;
  for (const auto& [index, places] : holders) {
    const Shard shard{index, count};
    const auto path = shard_file(places.front(), shard);
    require_idle(path, shard);
    set.folders.push_back(places.front());
    set.journals.push_back(read_journal(path, shard));
  }
  require_ended(set);
  require_one_run(set);
  put_in_order(set);
  return set;
}

}  // namespace relprompt::shards
