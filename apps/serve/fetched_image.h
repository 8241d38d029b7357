// Images that a request names by their address: asked of the hosts that --allow-fetch names, and of no
// others.
#pragma once

#include <string>

#include "serve/job_queue.h"
#include "serve/segment_request.h"
#include "serve/settings.h"

namespace relprompt::serve {

/// Takes the image of a JSON request: base64 and data: URLs are decoded; an address of the Web is only noted,
/// where the server may fetch any. `where` names the field in messages. Throws HttpError(400).
void take_image(const std::string& text, const std::string& where, const ServerSettings& settings,
                SegmentRequest& request);

/// Fetches the noted address within the request's deadline, 20 seconds and --max-body. Throws HttpError: 400
/// for an address that may not be asked, 502 for one that does not give an image's bytes; Error(kCancelled).
std::string fetch_image(const std::string& url, const ServerSettings& settings, const JobControl& control);

}  // namespace relprompt::serve
