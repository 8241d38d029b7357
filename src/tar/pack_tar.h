// A finished tar, packed into a file of its own.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "tar/tar_table.h"

namespace relprompt::tar {

/// Packs the first bytes of the open file `tar` into the file at `target`, whole or not at all. Returns its
/// SHA-256. Throws Error: kNotWritable, kDiskFull.
std::string pack_tar(int tar, std::uint64_t bytes_of_tar, const std::filesystem::path& target,
                     Packing packing);

}  // namespace relprompt::tar
