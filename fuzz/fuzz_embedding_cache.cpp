// Arbitrary bytes as the cache of text embeddings: what is not believable is left out, nothing else happens,
// and what is added afterwards is there.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string_view>

#include "base/notes.h"
#include "check.h"
#include "scratch_folder.h"
#include "segmenter/embedding_cache.h"

namespace {

using namespace relprompt;
using segmenter::EmbeddingCache;

segmenter::TextEncoding encoding() {
  segmenter::TextEncoding result;
  result.weights = "w";
  result.joint = 2;
  result.templates = {"{}"};
  return result;
}

/// The file's name is a hash of the encoding: it is the one that the cache writes.
std::filesystem::path cache_file(const fuzz::ScratchFolder& folder) {
  const float row[] = {0.6F, 0.8F};
  EmbeddingCache(encoding()).add({"cat"}, row);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path())) {
    if (entry.is_regular_file() && entry.path().filename().string().size() == 64) return entry.path();
  }
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::ScratchFolder folder;
  static const bool ready = [] {
    ::setenv("XDG_CACHE_HOME", folder.path().c_str(), 1);
    set_note_listener([](const std::string&) {});
    return true;
  }();
  static const auto file = std::filesystem::relative(cache_file(folder), folder.path()).string();
  fuzz::check(ready);
  folder.write(file, {reinterpret_cast<const char*>(data), size});
  EmbeddingCache cache(encoding());
  if (const float* row = cache.find("cat"))
    fuzz::check(std::abs(row[0] * row[0] + row[1] * row[1] - 1) < 1e-3F);
  const float added[] = {1.0F, 0.0F};
  cache.add({"dog"}, added);
  fuzz::check(cache.find("dog") != nullptr && cache.find("dog")[0] == 1.0F);
  return 0;
}
