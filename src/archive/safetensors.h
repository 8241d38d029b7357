// The safetensors container: 8-byte header length, JSON header, raw little-endian tensors.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "archive/tensor_archive.h"
#include "base/atomic_file.h"

namespace relprompt::archive {

/// Maps a safetensors file. Throws Error: kModelNotFound, kTruncatedArchive, kBadHeader, kBadOffsets,
/// kOverlap, kShapeOverflow, kUnsupportedDtype, kDuplicateName.
std::unique_ptr<TensorArchive> open_safetensors(const std::filesystem::path& path);

/// Parses a safetensors file from memory, which must outlive the result; `source` names it in messages.
std::unique_ptr<TensorArchive> parse_safetensors(const std::byte* data, std::size_t size,
                                                 const std::string& source);

/// Writes tensors in the given order, atomically: the same input always gives the same bytes.
/// Throws Error: kDuplicateName, kNotWritable, kDiskFull.
/// @return SHA-256 of the file, 64 hexadecimal digits
std::string write_safetensors(const std::filesystem::path& path, const std::vector<TensorView>& tensors,
                              const std::map<std::string, std::string>& metadata = {},
                              Replace replace = Replace::kOwn);

}  // namespace relprompt::archive
