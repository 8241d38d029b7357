#include "video/av_library.h"

#include <cstdlib>
#include <cstring>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "base/library_beside.h"

namespace relprompt::video {
namespace {

constexpr const char* kLibrary = "librelprompt-video.so";

struct Loaded {
  const AvTable* table = nullptr;
  std::string reasons;
};

Loaded load() {
  Loaded result;
  const char* wanted = std::getenv("RELPROMPT_VIDEO");
  if (wanted != nullptr && std::strcmp(wanted, "off") == 0) {
    result.reasons = "\n  RELPROMPT_VIDEO=off turns it off";
  } else {
    result.table = table_beside<AvTable>(kLibrary, kAvSymbol, result.reasons);
  }
  return result;
}

}  // namespace

const AvTable& av_library(const std::string& for_what) {
  static const Loaded loaded = load();
  if (loaded.table != nullptr) return *loaded.table;
  throw Error(ErrorCode::kNoDevice,
              fmt::format("{} needs the optional library {}, which is not here{}", for_what, kLibrary,
                          loaded.reasons),
              "run scripts/install_dependencies.sh --video and build again");
}

}  // namespace relprompt::video
