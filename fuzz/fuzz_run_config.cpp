// Arbitrary bytes as the config of a training run: refused with a code of exit status 2, or a config that is
// written and read again as the same.
#include <cstddef>
#include <cstdint>
#include <string>

#include "check.h"
#include "config/run_config.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace relprompt;
  const std::string text(reinterpret_cast<const char*>(data), size);
  std::string written;
  // A config may name a file of templates, which is not there.
  fuzz::allow_refusal([](ErrorCode code) { return exit_status(code) == 2 || exit_status(code) == 3; },
                      [&] { written = config::to_yaml(config::parse_run_config(text, "fuzz")); });
  if (!written.empty()) fuzz::check(config::to_yaml(config::parse_run_config(written, "written")) == written);
  return 0;
}
