// A repository for download tests: the files of a CLIP by name, their content only bytes.
#pragma once

#include <string>

#include "hub/fetch.h"
#include "local_hub.h"

namespace relprompt::test {

constexpr const char* kModel = "test/tiny";

inline std::string weights(std::size_t size = 300'000) {
  std::string bytes(size, '\0');
  unsigned state = 1;
  for (auto& byte : bytes) byte = static_cast<char>((state = state * 1664525U + 1013904223U) >> 24);
  return bytes;
}

inline void add_model(const LocalHub& hub) {
  hub.add(kModel, "config.json", "{\"model_type\": \"clip\"}");
  hub.add(kModel, "preprocessor_config.json", "{}");
  hub.add(kModel, "merges.txt", "#version: 0.2\n");
  hub.add(kModel, "vocab.json", "{\"a\": 0}");
  hub.add(kModel, "README.md", "---\nlicense: mit\n---\n");
  hub.add(kModel, "model.safetensors", weights());
  hub.add(kModel, "flax_model.msgpack", "not read");
}

inline hub::LocalModel fetch(const std::string& name = kModel, const hub::FetchRules& rules = {}) {
  return hub::fetch_model(*hub::parse_hub_name(name), rules);
}

/// The weights' blob in the cache.
inline std::filesystem::path weights_blob(const LocalHub& hub) {
  return hub.cache() / "models--test--tiny" / "blobs" / sha256_of(weights());
}

}  // namespace relprompt::test
