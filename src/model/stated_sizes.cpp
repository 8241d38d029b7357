#include "model/stated_sizes.h"

#include <fmt/format.h>

#include "relprompt/error.h"

namespace relprompt::model {

void check_sizes(const std::vector<StatedSize>& stated, const ClipConfig& config, const std::string& path) {
  std::string differing;
  for (const auto& size : stated) {
    if (size.of_text && !config.text.present()) continue;
    const auto found = size.of(config);
    if (found != size.value)
      differing += fmt::format("\n  {} is {}, of the tensors {}", size.key, size.value, found);
  }
  if (differing.empty()) return;
  throw Error(ErrorCode::kBadModelConfig,
              fmt::format("{}: the settings beside it are of another model:{}", path, differing),
              "put the settings and the weights of one model into one folder");
}

}  // namespace relprompt::model
