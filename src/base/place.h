// Giving finished files and folders their names without losing what has those names already.
#pragma once

#include <filesystem>
#include <string>

namespace relprompt {

/// Lists a finished file as relprompt's own and renames it to `target`, in the same folder. Nothing that is
/// or appears there is lost: a free name is taken in one step that fails if it is no longer free, and a file
/// is replaced only if relprompt wrote it (base/own_files.h). Throws Error: kNotWritable, kDiskFull.
void place_file(const std::filesystem::path& finished, const std::filesystem::path& target,
                const std::string& sha256);

/// Renames unless the new name is taken. Returns 0 or what errno says, EEXIST for a taken name.
int rename_if_free(const std::filesystem::path& from, const std::filesystem::path& to);

/// Swaps two names in one step. Returns 0 or what errno says: EINVAL or ENOSYS where the file system cannot.
int exchange(const std::filesystem::path& a, const std::filesystem::path& b);

}  // namespace relprompt
