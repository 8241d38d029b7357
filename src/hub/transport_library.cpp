// Loads librelprompt-hub.so.
#include <string>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "base/library_beside.h"
#include "hub/transport.h"

namespace relprompt::hub {
namespace {

constexpr const char* kLibrary = "librelprompt-hub.so";

}  // namespace

std::unique_ptr<Transport> make_transport() {
  static std::string reasons;
  static const TransportTable* const table =
      table_beside<TransportTable>(kLibrary, kTransportSymbol, reasons);
  if (table != nullptr) return table->make();
  throw Error(
      ErrorCode::kNoDevice,
      fmt::format("fetching needs the optional library {}, which {}{}", kLibrary,
                  reasons.empty() ? "is not installed beside this program" : "cannot be loaded", reasons),
      "install libcurl4-openssl-dev and build again. Models do without it whose files are on this disk or in "
      "the cache; fetch them by other means and give their folder");
}

}  // namespace relprompt::hub
