// Images that a request names by their address: asked of the hosts that --allow-fetch names, and of no
// others.
#pragma once

#include <string>

#include "serve/job_queue.h"
#include "serve/settings.h"

namespace relprompt::serve {

/// Fetches the noted address within the request's deadline, 20 seconds and --max-body. Throws HttpError: 400
/// for an address that may not be asked, 502 for one that does not give an image's bytes; Error(kCancelled).
std::string fetch_image(const std::string& url, const ServerSettings& settings, const JobControl& control);

}  // namespace relprompt::serve
