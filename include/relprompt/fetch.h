// Bytes from addresses of the Web, for programs that get addresses from others, such as a server: only hosts
// that the program names are asked, also after redirects. Needs the optional library librelprompt-hub.so,
// which is loaded at the first call.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "relprompt/export.h"

namespace relprompt {

/// What may be fetched, and how much of it.
struct FetchOptions {
  std::vector<std::string> origins;                   ///< that may be asked, each as fetch_origin returns it
  std::uint64_t max_bytes = std::uint64_t{32} << 20;  ///< of the answer
  double seconds = 20;                                ///< for everything together, above 0
  /// Asked whenever bytes arrive; true ends the transfer. May be empty.
  std::function<bool()> stop;
};

/// From "HOST", "HOST:PORT" (https) or the same behind "https://" or "http://": what FetchOptions::origins
/// takes, such as "https://images.example" or "http://[::1]:8080". Throws Error(kBadArgument) for anything
/// else, such as a path, a user name or a '*' in it.
RELPROMPT_API std::string fetch_origin(const std::string& host);

/// The body of the answer to GET. Scheme, host and port of the address and of each redirect, five at most,
/// must be those of an origin, letter case aside; nothing secret is sent. The environment's proxies are used,
/// as by librelprompt-hub.so for models. Throws Error, whose message holds nothing of the answer but its
/// status: kBadArgument for what is no address, or none of the origins', or redirects to no such address;
/// kNotFound for status 404 and 410; kUnreadable for any other than 200 and for an answer longer than
/// max_bytes; kNoNetwork if it cannot be reached, breaks off or takes too long; kCancelled after `stop`;
/// kNoDevice where the optional library is missing.
RELPROMPT_API std::string fetch_url(const std::string& url, const FetchOptions& options);

}  // namespace relprompt
