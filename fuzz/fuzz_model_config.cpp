// Arbitrary bytes as the config.json of a model: refused with kBadModelConfig, or a config that is written
// and read again as the same.
#include <cstddef>
#include <cstdint>
#include <string>

#include "check.h"
#include "model/model_config.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace relprompt;
  const std::string text(reinterpret_cast<const char*>(data), size);
  std::string written;
  fuzz::allow_refusal([](ErrorCode code) { return code == ErrorCode::kBadModelConfig; },
                      [&] { written = model::to_json(model::parse_config(text, "fuzz")); });
  if (!written.empty()) fuzz::check(model::to_json(model::parse_config(written, "written")) == written);
  return 0;
}
