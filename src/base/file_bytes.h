// Reading and failing at files that are kept open, such as journals.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

#include <sys/types.h>

namespace relprompt {

/// Up to `size` bytes of an open file from byte `from` on, fewer at its end. Goes on after interrupted and
/// short reads. Nothing, and errno, where reading fails.
std::optional<std::string> bytes_at(int file, off_t from, std::size_t size);

/// Throws Error for a write that failed with this errno: kDiskFull, with `advice` on what to do, where the
/// disk, a quota or a limit is full; else kNotWritable.
[[noreturn]] void fail_to_write(const std::filesystem::path& path, int reason, const std::string& advice);

}  // namespace relprompt
