// The server as the program starts it.
#pragma once

#include <functional>

#include "serve/settings.h"

namespace relprompt::serve {

/// What the server tells while it runs and asks; called on the thread of run_server.
struct ServerEvents {
  std::function<void(const std::string& address)> listening;  ///< "http://127.0.0.1:8080"
  std::function<bool()> stop;                                 ///< true: finish what runs and return
};

/// Serves until `stop` says so, then answers what waits and runs. Throws Error: kNoNetwork for an address or
/// port that cannot be used; as relprompt::Model does.
void run_server(const ServerSettings& settings, const ServerEvents& events);

}  // namespace relprompt::serve
