// A model in the cache: which of its files are there, found without the network.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "hub/cache_layout.h"
#include "hub/wanted_files.h"

namespace relprompt::hub {

struct Snapshot {
  std::string commit;
  std::filesystem::path folder;  ///< of the model, the subfolder included
  WantedFiles wanted;
  std::vector<std::string> shards;  ///< that the index names
  bool usable = false;              ///< a model can be opened with what is there
  bool complete = false;            ///< and nothing that is read may still be on the hub
  bool doubtful = false;            ///< the weights may be other than a CLIP's, which lie on the hub

  /// What the library opens: the folder, or the weights where only their file says what they are.
  std::filesystem::path place() const;
};

/// The snapshot of the name's revision; nothing if there is none.
std::optional<Snapshot> find_snapshot(const HubName& name);

/// The files of an index of shards (`weight_map`). Throws Error(kBadHeader) for a damaged index, and for a
/// shard that is no plain file name.
std::vector<std::string> shards_of(const std::filesystem::path& index);

}  // namespace relprompt::hub
