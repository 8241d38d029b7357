#include "model/checkpoint_folder.h"

#include "archive/tensor_archive.h"
#include "base/paths.h"
#include "model/open_clip_settings.h"

namespace relprompt::model {
namespace {

namespace fs = std::filesystem;

// safetensors before PyTorch's.
constexpr const char* kOpenClipWeights[] = {"open_clip_model.safetensors",
                                            "open_clip_pytorch_model.safetensors",
                                            "open_clip_pytorch_model.bin", "open_clip_pytorch_model.pt"};

}  // namespace

fs::path open_clip_weights_in(const fs::path& folder) {
  if (!may_exist(folder / kOpenClipConfig) && archive::has_archive(folder)) return {};
  for (const char* name : kOpenClipWeights) {
    if (may_exist(folder / name)) return folder / name;
  }
  return {};
}

bool may_exist(const fs::path& file) {
  return path_exists(file) || !path_problem(file).empty();
}

}  // namespace relprompt::model
