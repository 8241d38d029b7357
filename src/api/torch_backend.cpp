#include "api/torch_backend.h"

#include <string>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "base/library_beside.h"
#include "base/process_state.h"

namespace relprompt::api {
namespace {

constexpr const char* kLibrary = "librelprompt-torch.so";

}  // namespace

const TorchBackend& torch_backend(const std::string& what) {
  static std::string reasons;
  static const TorchBackend* const backend =
      table_beside<TorchBackend>(kLibrary, kTorchBackendSymbol, reasons, process_state());
  if (backend != nullptr) return *backend;
  throw Error(
      ErrorCode::kNoDevice,
      fmt::format("{} needs the optional library {}, which {}{}", what, kLibrary,
                  reasons.empty() ? "is not installed beside this program" : "cannot be loaded", reasons),
      "build it with `cmake --preset release && cmake --build --preset release`, or install the package "
      "component relprompt-torch; labelling on the CPU does without it");
}

}  // namespace relprompt::api
