// Writing a model folder so that it appears whole or not at all, and an older one is there until it does.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "model/model_config.h"
#include "model/tensor_source.h"
#include "model/tensor_table.h"

namespace relprompt::model {

/// Gives the tensor of a row, as it is to be stored.
using RowReader = std::function<Tensor(const TensorRow& row)>;

/// Throws Error(kNotWritable) that names what stands in the way of a model folder, unless the target is
/// absent, an empty folder or, with `replace`, a folder with nothing but files of a model that relprompt
/// wrote and nobody changed. A folder is replaced as a whole, so anything else in it refuses.
void require_model_target(const std::filesystem::path& target, bool replace);

/// Collects the files of a new model in a temporary folder beside the target; commit() gives it its name.
class ModelFolderWriter {
 public:
  /// Throws as require_model_target does.
  explicit ModelFolderWriter(const std::filesystem::path& target, bool replace = false);
  ~ModelFolderWriter();
  ModelFolderWriter(const ModelFolderWriter&) = delete;
  ModelFolderWriter& operator=(const ModelFolderWriter&) = delete;

  /// Writes the rows to NAME (a .safetensors file) and returns the file's SHA-256.
  std::string write_tensors(const std::string& name, const std::vector<TensorRow>& rows,
                            const RowReader& read);
  void write_text(const std::string& name, const std::string& text);
  void copy(const std::filesystem::path& source);

  /// Opens the finished folder as every user of it will, and only then touches the target. Where the file
  /// system can swap two names, there is no moment without a model under the target's name; elsewhere the
  /// older one has a hidden name for a moment, and the next writer of this target gives it back after a kill.
  /// Throws Error: what open_model throws, kNotWritable.
  void commit();

 private:
  void require_opens() const;
  void replace_older();

  std::filesystem::path target_, temporary_;
  int lock_ = -1;  ///< held on the temporary folder, base/temporaries.h
  bool replace_;
};

}  // namespace relprompt::model
