// Arbitrary bytes as the files of a model folder: relprompt's own, Hugging Face's and open_clip's, with their
// settings and their weights. The first byte chooses which; the settings end at the first zero, what follows
// are the weights. Refused with a code of exit status 4 (or of a file), and in no other way.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "check.h"
#include "model/model_files.h"
#include "scratch_folder.h"

namespace {

using namespace relprompt;

struct Layout {
  const char* settings;
  const char* weights;
};

constexpr Layout kLayouts[] = {{"config.json", "clip.safetensors"},
                               {"config.json", "model.safetensors"},
                               {"open_clip_config.json", "open_clip_model.safetensors"},
                               {"preprocessor_config.json", "model.safetensors"}};

bool is_refusal(ErrorCode code) {
  return exit_status(code) == 4 || exit_status(code) == 3 || code == ErrorCode::kOutOfMemory;
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  ::setenv("XDG_CACHE_HOME", "/nonexistent", 1);  // hashes of these files are worth nothing tomorrow
  ::setenv("HF_HUB_OFFLINE", "1", 1);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::ScratchFolder folder;
  if (size < 2) return 0;
  const auto& layout = kLayouts[data[0] % std::size(kLayouts)];
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  const auto end = bytes.find('\0');
  folder.write(layout.settings, bytes.substr(0, end));
  folder.write(layout.weights, end == std::string_view::npos ? std::string_view() : bytes.substr(end + 1));
  fuzz::allow_refusal(is_refusal, [&] { model::open_model(folder.path(), {}); });
  folder.remove(layout.settings);
  folder.remove(layout.weights);
  return 0;
}
