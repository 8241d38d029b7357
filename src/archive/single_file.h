// Which container a file is, told by its first bytes: extensions of checkpoints mean nothing.
#pragma once

#include <filesystem>
#include <memory>

#include "archive/tensor_archive.h"

namespace relprompt::archive {

enum class FileKind {
  kSafetensors,
  kZip,
  kLegacyPickle,  ///< torch.save before 1.6
  kJson,          ///< perhaps an index of shards
  kUnknown,
};

/// Looks at the first bytes only. An unrecognisable file named *.safetensors counts as safetensors, so that
/// its reader can say what is damaged. Throws Error(kModelNotFound).
FileKind kind_of_file(const std::filesystem::path& path);

/// Opens one file of tensors, no index and no folder. Throws Error: kUnknownFormat, kLegacyPickle, and what
/// the readers of safetensors and PyTorch files throw.
std::unique_ptr<TensorArchive> open_single_file(const std::filesystem::path& path);

}  // namespace relprompt::archive
