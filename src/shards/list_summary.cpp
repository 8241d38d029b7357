#include "shards/list_summary.h"

namespace relprompt::shards {

std::optional<std::uint64_t> ListSummer::add(const std::string& id, std::uint64_t line) {
  digest_.update(std::to_string(id.size()) + ":");
  digest_.update(id);
  ++images_;
  const auto [entry, is_new] = lines_.emplace(hash_of(id), line);
  return is_new ? std::nullopt : std::optional<std::uint64_t>(entry->second);
}

ListSummary ListSummer::summary() {
  return {images_, digest_.hex()};
}

}  // namespace relprompt::shards
