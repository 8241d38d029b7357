#include "segmenter/model_folder.h"

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "relprompt/error.h"

#include "archive/safetensors.h"
#include "base/atomic_file.h"
#include "base/hash.h"
#include "base/mapped_file.h"
#include "base/paths.h"
#include "base/temporaries.h"

namespace relprompt::segmenter {
namespace {

namespace fs = std::filesystem;

archive::DType archive_type(torch::ScalarType type) {
  switch (type) {
    case torch::kFloat64:
      return archive::DType::kF64;
    case torch::kFloat16:
      return archive::DType::kF16;
    case torch::kBFloat16:
      return archive::DType::kBF16;
    case torch::kFloat32:
      return archive::DType::kF32;
    default:
      throw Error(ErrorCode::kInternal, "a weight that is no floating point number");
  }
}

void check_target(const fs::path& target) {
  std::error_code ignored;
  if (!fs::exists(target, ignored)) return;
  if (is_folder(target) && (fs::is_empty(target, ignored) || is_model_folder(target))) return;
  throw Error(ErrorCode::kNotWritable,
              fmt::format("{} exists and is no model folder; it will not be replaced", target.string()),
              "choose another output folder");
}

}  // namespace

ModelFolderWriter::ModelFolderWriter(const fs::path& target) {
  target_ = target.has_filename() ? target : target.parent_path();
  check_target(target_);
  make_folder(target_.parent_path());
  Temporary made = create_temporary_folder(target_.parent_path());
  if (made.descriptor < 0) {
    throw Error(ErrorCode::kNotWritable,
                fmt::format("cannot create {}: {}", target_.string(), std::strerror(errno)));
  }
  temporary_ = std::move(made.path);
  lock_ = made.descriptor;
}

ModelFolderWriter::~ModelFolderWriter() {
  std::error_code ignored;
  if (!temporary_.empty()) fs::remove_all(temporary_, ignored);
  ::close(lock_);
}

std::string ModelFolderWriter::write_tensors(const std::string& name,
                                             const std::vector<clip::TensorRow>& rows,
                                             const RowReader& read) {
  std::vector<torch::Tensor> owners;
  std::vector<archive::TensorView> views;
  for (const auto& row : rows) {
    owners.push_back(read(row));
    const auto& value = owners.back();
    views.push_back({row.name, archive_type(value.scalar_type()), row.shape,
                     static_cast<const std::byte*>(value.data_ptr()), value.nbytes()});
  }
  archive::write_safetensors(temporary_ / name, views, {{"format", "relprompt"}});
  const MappedFile written(temporary_ / name);
  Sha256 digest;
  digest.update(written.data(), written.size());
  return digest.hex();
}

void ModelFolderWriter::write_text(const std::string& name, const std::string& text) {
  write_file(temporary_ / name, text);
}

void ModelFolderWriter::copy(const fs::path& source) {
  const MappedFile bytes(source);
  write_file(temporary_ / source.filename(), {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

void ModelFolderWriter::commit() {
  check_target(target_);
  // An older model steps aside first and is dropped last, so that a failed rename can put it back.
  const fs::path older = temporary_.string() + ".old";
  std::error_code absent, problem, ignored;
  fs::rename(target_, older, absent);
  fs::rename(temporary_, target_, problem);
  if (problem) {
    if (!absent) fs::rename(older, target_, ignored);
    throw Error(ErrorCode::kNotWritable,
                fmt::format("cannot create {}: {}", target_.string(), problem.message()));
  }
  temporary_.clear();
  sync_folder(target_.parent_path());
  fs::remove_all(older, ignored);
}

}  // namespace relprompt::segmenter
