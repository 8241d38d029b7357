// The one door: a path of any kind in, tensors out.
#include "archive/tensor_archive.h"

#include <algorithm>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "archive/shard_index.h"
#include "archive/single_file.h"
#include "base/paths.h"

namespace relprompt::archive {
namespace {

// In Hugging Face's own order of preference.
constexpr const char* kFolderFiles[] = {"model.safetensors", "model.safetensors.index.json",
                                        "pytorch_model.bin", "pytorch_model.bin.index.json"};

/// Empty if the folder has none.
std::filesystem::path file_in(const std::filesystem::path& folder) {
  for (const char* name : kFolderFiles) {
    if (path_exists(folder / name)) return folder / name;
  }
  return {};
}

std::filesystem::path file_of_folder(const std::filesystem::path& folder) {
  const auto file = file_in(folder);
  if (!file.empty()) return file;
  throw Error(ErrorCode::kModelNotFound,
              fmt::format("the folder {} holds no checkpoint: neither {}", folder.string(),
                          fmt::join(kFolderFiles, " nor ")),
              "give a folder from a hub, Hugging Face's or open_clip's, or a checkpoint file");
}

}  // namespace

const TensorView* TensorArchive::find(std::string_view name) const {
  const auto found = std::lower_bound(tensors_.begin(), tensors_.end(), name,
                                      [](const TensorView& tensor, std::string_view wanted) {
                                        return std::string_view(tensor.name) < wanted;
                                      });
  return found != tensors_.end() && found->name == name ? &*found : nullptr;
}

bool has_archive(const std::filesystem::path& folder) {
  return !file_in(folder).empty();
}

std::unique_ptr<TensorArchive> open_archive(const std::filesystem::path& path) {
  std::error_code unreadable;  // left to the mapping below, which names the path
  const bool folder = std::filesystem::is_directory(path, unreadable);
  const std::filesystem::path file = folder ? file_of_folder(path) : path;
  return kind_of_file(file) == FileKind::kJson ? open_shards(file) : open_single_file(file);
}

}  // namespace relprompt::archive
