// Temporary files and folders of this program: how they are named, who owns one, and which ones a dead
// process has left.
//
// A name says nothing about its writer: process numbers repeat in containers and between machines. Instead
// the writer holds a lock (flock) on what it writes, which the operating system drops with the process. A
// name of our pattern without a lock is therefore stale, whoever left it.
#pragma once

#include <filesystem>
#include <string_view>

namespace relprompt {

/// A new, empty, locked file or folder. The descriptor holds the lock and belongs to the caller.
struct Temporary {
  std::filesystem::path path;
  int descriptor = -1;  ///< -1: refused, and errno says why
};

/// `.relprompt-` and 16 hexadecimal digits and `.tmp`: the same length for every target, so that a target may
/// have the longest name that the file system allows.
bool is_temporary_name(std::string_view name) noexcept;

/// Creates a file for writing (mode 0644) or a folder (mode 0755) in `folder`, under a random name that was
/// free. The first one in a folder sweeps it, see below.
Temporary create_temporary_file(const std::filesystem::path& folder);
Temporary create_temporary_folder(const std::filesystem::path& folder);

/// To be called when the temporary is about to get its final name, or is gone.
void forget_temporary(const std::filesystem::path& path);

/// For a program that ends at once while its threads work: removes every temporary that was created and not
/// forgotten. From then on creating or forgetting one waits for ever, so that nothing that has its final name
/// is removed; the caller ends the process.
void remove_own_temporaries() noexcept;

/// Removes from `folder`, not from those inside it, the temporary files and folders that belong to this user
/// and that no living process holds. What cannot be locked or removed stays. Never throws.
void sweep_temporaries(const std::filesystem::path& folder) noexcept;

/// Makes the names in a folder as durable as the files: a rename may otherwise be lost with the power. False,
/// with errno, if the disk failed; a file system that cannot do it counts as done.
bool sync_folder(const std::filesystem::path& folder) noexcept;

}  // namespace relprompt
