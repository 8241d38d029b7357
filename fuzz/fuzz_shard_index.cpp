// Arbitrary bytes as the index of a sharded checkpoint, beside one shard that is there: refused with a code
// of exit status 4, or opened with every tensor it names.
#include <cstddef>
#include <cstdint>
#include <string>

#include "archive/safetensors.h"
#include "archive/shard_index.h"
#include "check.h"
#include "read_everything.h"
#include "scratch_folder.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace relprompt;
  static const fuzz::ScratchFolder folder;
  static const bool ready = [] {
    const float value = 1;
    archive::write_safetensors(
        folder / "model-1.safetensors",
        {{"a", archive::DType::kF32, {1}, reinterpret_cast<const std::byte*>(&value), sizeof(value)}});
    return true;
  }();
  fuzz::check(ready);
  folder.write("model.safetensors.index.json", {reinterpret_cast<const char*>(data), size});
  fuzz::allow_refusal(
      [](ErrorCode code) { return exit_status(code) == 4; },
      [&] { fuzz::read_everything(*archive::open_shards(folder / "model.safetensors.index.json")); });
  return 0;
}
