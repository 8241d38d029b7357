// Questions about paths that never throw. The standard library's plain forms throw for a name that is too
// long, links that form a circle or a folder that may not be searched, which would end as a bug of ours;
// ctest `tooling/calls` refuses them.
#pragma once

#include <filesystem>
#include <string>

namespace relprompt {

// False also for a path that cannot be looked at; whoever opens it then says why.

bool path_exists(const std::filesystem::path& path) noexcept;
bool is_folder(const std::filesystem::path& path) noexcept;
bool is_file(const std::filesystem::path& path) noexcept;

/// Why a path that should be there cannot be looked at, such as "File name too long"; empty if there is just
/// nothing at it.
std::string path_problem(const std::filesystem::path& path);

/// The path from the root on; nothing has to exist. As it is if the current folder is gone.
std::filesystem::path absolute_path(const std::filesystem::path& path);

}  // namespace relprompt
