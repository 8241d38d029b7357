// Hugging Face's sharded checkpoints: an index names the file of every tensor.
#pragma once

#include <filesystem>
#include <memory>

#include "archive/tensor_archive.h"

namespace relprompt::archive {

/// Opens *.index.json and all shards it names, which lie beside it. The result has the tensors of all shards.
/// Throws Error: kBadHeader (no such index, or a shard name that is no plain file name), kModelNotFound (a
/// shard is missing), kTensorMismatch (a tensor that its shard lacks), kDuplicateName, and what the readers
/// of the shards throw.
std::unique_ptr<TensorArchive> open_shards(const std::filesystem::path& index);

}  // namespace relprompt::archive
