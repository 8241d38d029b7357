// Reading files that are kept open, such as journals, and what a failed write is.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

#include <sys/types.h>

#include "relprompt/error.h"

namespace relprompt {

/// Up to `size` bytes of an open file from byte `from` on, fewer at its end. Goes on after interrupted and
/// short reads. Nothing, and errno, where reading fails.
std::optional<std::string> bytes_at(int file, off_t from, std::size_t size);

/// What a write that failed with this errno is: kDiskFull where the disk, a quota or a limit is full, else
/// kNotWritable.
ErrorCode error_of_writing(int reason) noexcept;

/// Throws Error for a write that failed with this errno, with `advice` on what to do if it is kDiskFull.
[[noreturn]] void fail_to_write(const std::filesystem::path& path, int reason, const std::string& advice);

}  // namespace relprompt
