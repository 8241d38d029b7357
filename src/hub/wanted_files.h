// Which files of a repository are read. The same choice is made from the hub's list, from answers to
// requests for single files, and from what lies in the cache.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace relprompt::hub {

enum class Presence {
  kThere,
  kAbsent,
  kUnknown  ///< not in the cache, and nobody asked the hub for it
};

/// Whether the repository has a file, by its name in the model's folder. Asked lazily, since an answer may
/// cost a request.
using Look = std::function<Presence(const std::string& file)>;

struct WantedFiles {
  std::vector<std::string> files;    ///< those that are there and read, settings first, weights last
  std::string weights;               ///< the file, or the index of its shards; empty: none is there
  bool index = false;                ///< weights is an index: its shards are read too
  std::vector<std::string> absent;   ///< that would be read as well, but the repository has none
  std::vector<std::string> unknown;  ///< that would be read as well, and may be on the hub
};

/// Weights: of an open_clip folder those of open_clip; safetensors before .bin before .pt. `others` are
/// checkpoints of no usual name, of which a single one is taken where nothing else is there.
WantedFiles choose_files(const Look& look, const std::vector<std::string>& others = {});

/// The largest size, in bytes, that is accepted of a file by its name.
std::uint64_t largest_size(const std::string& file);

}  // namespace relprompt::hub
