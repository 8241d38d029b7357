// A checkpoint read through the tensor table: whose names it uses, which rows it has, each row as a tensor.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "archive/tensor_archive.h"
#include "model/tensor.h"
#include "model/tensor_table.h"

namespace relprompt::model {

/// Keeps its archive alive; copies are cheap.
class TensorSource {
 public:
  /// Recognises the style by its patch embedding, and a prefix such as "module." by what stands before it.
  /// Throws Error(kUnknownFormat) if no style's marker is there.
  TensorSource(std::shared_ptr<const archive::TensorArchive> archive, std::string path);
  /// For files whose style is known, such as our own prompts.safetensors.
  TensorSource(std::shared_ptr<const archive::TensorArchive> archive, std::string path,
               CheckpointFormat format);

  CheckpointFormat checkpoint_format() const { return format_; }
  const std::string& path() const { return path_; }
  const archive::TensorArchive& archive() const { return *archive_; }

  /// Shape the file has for this row, parts stacked and transposed; nullopt if any part is missing.
  std::optional<std::vector<std::int64_t>> shape_of(const TensorRow& row) const;

  /// The row in the file's own number type, contiguous. A row that is stored whole is a view into the mapped
  /// file, which must not be written to. Call check() first.
  Tensor read(const TensorRow& row) const;

  /// The row's name in the file, "a + b" if it is made of two tensors.
  std::string stored_name(const TensorRow& row) const;

  /// Compares the file with the rows: all missing, misshapen, non-float and unexpected tensors in one
  /// Error(kTensorMismatch). `ignored` are names that may be there and are not used.
  void check(const std::vector<TensorRow>& rows, const std::set<std::string>& ignored) const;

  /// SHA-256 over names, shapes, types and bytes of these rows as stored.
  std::string hash(const std::vector<TensorRow>& rows) const;

 private:
  const archive::TensorView* find(const std::string& name) const { return archive_->find(prefix_ + name); }

  std::shared_ptr<const archive::TensorArchive> archive_;
  std::string path_;
  CheckpointFormat format_ = CheckpointFormat::kNative;
  std::string prefix_;
};

}  // namespace relprompt::model
