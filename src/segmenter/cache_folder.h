// Where this program keeps what it can always compute again.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace relprompt::segmenter {

/// $XDG_CACHE_HOME/relprompt, else ~/.cache/relprompt, else a folder of the temporary directory.
std::filesystem::path cache_folder();

/// A content hash of large files, remembered under the cache folder by the files' paths, sizes, times and
/// inodes, so that opening a model does not read all of it each time.
/// @param what separates several hashes of the same files
std::string remembered_hash(const std::vector<std::filesystem::path>& files, const std::string& what,
                            const std::function<std::string()>& compute);

}  // namespace relprompt::segmenter
