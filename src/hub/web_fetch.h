// One answer of the Web into memory, from hosts that are named beforehand and no others. The address may come
// from anyone.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "hub/transport.h"

namespace relprompt::hub {

struct WebRules {
  std::vector<std::string> origins;  ///< as web_origin returns them
  std::uint64_t max_bytes = 0;
  double seconds = 0;          ///< for everything together
  std::function<bool()> stop;  ///< asked whenever bytes arrive; may be empty
};

/// scheme://host[:port] in lower case, without the scheme's own port, from HOST[:PORT] (https) or the same
/// with http:// or https://. Throws Error(kBadArgument).
std::string web_origin(std::string_view host);

/// The body of the answer with status 200. Throws as relprompt::fetch_url.
std::string fetch_web(std::string_view url, const WebRules& rules, Transport& transport);

}  // namespace relprompt::hub
