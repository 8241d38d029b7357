// The rule for everything that relprompt writes: a file that it did not write, or that was changed since, is
// never replaced and never removed. base/file_journal.h says which files those are.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

namespace relprompt {

/// What stands at a path where a file is to be written.
enum class Standing {
  kFree,    ///< nothing
  kOwn,     ///< a file that relprompt wrote and nobody changed
  kForeign  ///< anything else: another file, a changed one, a folder, a link, a pipe
};

/// Reads the file if relprompt has written one of that name, to compare its SHA-256.
Standing standing_of(const std::filesystem::path& path);

/// True if something is there that relprompt never wrote, as far as can be told without reading a file.
bool is_unlisted(const std::filesystem::path& path);

/// Throws Error(kNotWritable) that names the first path which is not free: a foreign file always, one of
/// relprompt's own unless `replace`.
void require_free(const std::vector<std::filesystem::path>& files, bool replace);
/// Says that this foreign file stays. Throws Error(kNotWritable).
[[noreturn]] void refuse_foreign(const std::filesystem::path& path);

/// Removes a file of relprompt's own; any other stays. False if it is still there.
bool remove_own(const std::filesystem::path& path) noexcept;

/// The first thing in a folder, or below it, that is no file of relprompt's own (nor a list of them, nor a
/// folder of those), in the order of names.
std::optional<std::filesystem::path> foreign_in(const std::filesystem::path& folder);
/// Removes relprompt's own files in a folder and below, and the folders that are empty then. False if
/// anything stays.
bool remove_own_folder(const std::filesystem::path& folder) noexcept;

}  // namespace relprompt
