// relprompt::fetch_url.
#include "relprompt/fetch.h"

#include "api/errors.h"
#include "hub/transport.h"
#include "hub/web_fetch.h"

namespace relprompt {

std::string fetch_origin(const std::string& host) {
  return api::guarded([&] { return hub::web_origin(host); });
}

std::string fetch_url(const std::string& url, const FetchOptions& options) {
  return api::guarded([&] {
    const hub::WebRules rules{options.origins, options.max_bytes, options.seconds, options.stop};
    return hub::fetch_web(url, rules, *hub::make_transport());
  });
}

}  // namespace relprompt
