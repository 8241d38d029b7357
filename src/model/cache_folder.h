// Where this program keeps what it can always compute again.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/private_folder.h"

namespace relprompt::model {

/// A folder of $XDG_CACHE_HOME/relprompt, else of ~/.cache/relprompt, else of relprompt-UID in the temporary
/// directory; nothing where no folder can be had that is the user's alone (see base/private_folder.h).
std::optional<PrivateFolder> cache_folder(const std::string& name);

/// A content hash of large files, remembered under the cache folder by the files' paths, sizes, times and
/// inodes, so that opening a model does not read all of it each time. A damaged note is made again.
/// @param what separates several hashes of the same files
std::string remembered_hash(const std::vector<std::filesystem::path>& files, const std::string& what,
                            const std::function<std::string()>& compute);

}  // namespace relprompt::model
