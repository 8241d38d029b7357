// Which version of which file: what changes when somebody writes to a file or puts another one in its place.
#pragma once

#include <filesystem>
#include <string>

#include "base/file_handle.h"

namespace relprompt {

/// One line of text: path, size, inode, times of modification and status change. Two looks at a file give the
/// same line as long as nobody changed or replaced it. Empty if it cannot be looked at.
std::string file_identity(const std::filesystem::path& path);
/// The same of an opened file; `path` is where it was found.
std::string file_identity(const FileHandle& file, const std::filesystem::path& path);

}  // namespace relprompt
