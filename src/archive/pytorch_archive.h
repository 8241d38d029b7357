// PyTorch's zip files: torch.save since 1.6 (.pt, .pth, .bin) and TorchScript modules.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>

#include "archive/tensor_archive.h"

namespace relprompt::archive {

/// Maps the file and lists the tensors of its state dict (see state_dict.h) or TorchScript module. Contiguous
/// tensors are views into the map. No code of the file is run; its code entries are not even read.
/// Throws Error: kModelNotFound, kUnknownFormat (a zip, but not PyTorch's), kTruncatedArchive, kBadZip,
/// kZipBomb, kOverlap, kDuplicateName, kPickleOpcode, kPickleGlobal, kPickleMalformed, kUnsupportedDtype,
/// kShapeOverflow, kBadOffsets.
std::unique_ptr<TensorArchive> open_pytorch(const std::filesystem::path& path);

/// The same from memory, which must outlive the result; `source` names it in messages.
std::unique_ptr<TensorArchive> parse_pytorch(const std::byte* data, std::size_t size,
                                             const std::string& source);

}  // namespace relprompt::archive
