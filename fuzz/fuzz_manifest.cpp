// Arbitrary bytes as a manifest: refused, or images whose ids stay below the output folder, each once, and
// the same images whether they are read whole or by shards.
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "check.h"
#include "scratch_folder.h"
#include "shards/image_id.h"
#include "shards/manifest.h"

namespace {

bool is_refusal(relprompt::ErrorCode code) {
  return code == relprompt::ErrorCode::kBadArgument || code == relprompt::ErrorCode::kUnreadable;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace relprompt;
  static const fuzz::ScratchFolder folder;
  folder.write("list", {reinterpret_cast<const char*>(data), size});
  const auto file = (folder / "list").string();
  fuzz::allow_refusal(is_refusal, [&] {
    const auto whole = shards::read_manifest(file, {});
    std::set<std::string> ids;
    for (const auto& image : whole.images) {
      fuzz::check(shards::problem_of_id(image.id).empty() && ids.insert(image.id).second &&
                  !image.image.empty());
      const auto below = std::filesystem::path("out") / image.id;
      fuzz::check(*below.lexically_normal().begin() == "out" && below.filename() != "..");
    }
    std::size_t images = 0;
    for (std::size_t index = 0; index < 3; ++index) {
      const auto part = shards::read_manifest(file, {index, 3});
      fuzz::check(part.list.sha256 == whole.list.sha256);
      images += part.images.size();
    }
    fuzz::check(images == whole.images.size());
  });
  return 0;
}
