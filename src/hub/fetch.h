// From the name of a model to a folder on this disk: the cache if it has the model, else the hub.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "hub/hub_name.h"

namespace relprompt::hub {

/// How far a download is.
struct Progress {
  std::string file;          ///< that is being fetched
  std::uint64_t done = 0;    ///< bytes of all files that are here
  std::uint64_t bytes = 0;   ///< of all files
  std::uint64_t before = 0;  ///< bytes that were here when the download began
};

struct FetchRules {
  bool offline = false;  ///< never ask the hub; so does HF_HUB_OFFLINE
  bool refresh =
      false;  ///< ask the hub even if the cache has the model: its revision may stand elsewhere now
  std::function<bool(const Progress&)> progress;  ///< may be empty; false stops the download
};

struct LocalModel {
  std::filesystem::path place;  ///< to open: a folder, or a checkpoint in one
  std::string commit;
  std::vector<std::filesystem::path> files;  ///< all that were chosen to be read, in the snapshot
  bool fetched = false;                      ///< something was downloaded
  bool complete = true;                      ///< nothing that is read may still be on the hub
};

/// Finds or fetches a model. A model that is whole in the cache needs no network. One of which optional files
/// may be missing is completed, and used as it is if the hub does not answer within ten seconds.
/// Throws Error: kModelNotFound if the hub has none, or none that is a CLIP's; kNoNetwork if it is not in the
/// cache and cannot be fetched; and what a download throws.
LocalModel fetch_model(const HubName& name, const FetchRules& rules);

}  // namespace relprompt::hub
