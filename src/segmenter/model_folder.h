// Writing a model folder so that it appears whole or not at all.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "clip/tensor_source.h"
#include "clip/tensor_table.h"
#include "segmenter/model_config.h"

namespace relprompt::segmenter {

/// Gives the tensor of a row, contiguous, on the CPU.
using RowReader = std::function<torch::Tensor(const clip::TensorRow& row)>;

/// Collects the files of a new model in a temporary folder beside the target; commit() renames it into place.
class ModelFolderWriter {
 public:
  /// Throws Error(kNotWritable) if the target exists and is neither an empty folder nor a model folder, which
  /// is then replaced.
  explicit ModelFolderWriter(const std::filesystem::path& target);
  ~ModelFolderWriter();
  ModelFolderWriter(const ModelFolderWriter&) = delete;
  ModelFolderWriter& operator=(const ModelFolderWriter&) = delete;

  /// Writes the rows to NAME (a .safetensors file) and returns the file's SHA-256.
  std::string write_tensors(const std::string& name, const std::vector<clip::TensorRow>& rows,
                            const RowReader& read);
  void write_text(const std::string& name, const std::string& text);
  void copy(const std::filesystem::path& source);
  void commit();

 private:
  std::filesystem::path target_, temporary_;
  int lock_ = -1;  ///< held on the temporary folder, base/temporaries.h
};

}  // namespace relprompt::segmenter
