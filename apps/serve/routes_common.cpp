// Paths of every server: the page, health, metrics, the description of the interface.
#include "serve/application.h"
#include "serve/assets.h"

namespace relprompt::serve {
namespace {

Response page(const std::string& name) {
  const auto* asset = find_asset(name);
  if (asset == nullptr) throw HttpError(404, "there is no such file of the page");
  Response response;
  response.type = asset->type;
  response.body = std::string(asset->bytes);
  // The page asks nobody but this server, and no other page may frame it.
  response.headers = {{"Content-Security-Policy",
                       "default-src 'self'; img-src 'self' data: blob:; style-src 'self'; "
                       "media-src 'self' blob:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"},
                      {"Cache-Control", "no-cache"}};
  return response;
}

}  // namespace

void add_common_routes(Router& router, Application& application) {
  router.add({"GET", "/", Lane::kAtOnce, {}, false, [](const Call&) { return page("index.html"); }});
  router.add({"GET", "/assets/{}", Lane::kAtOnce, {}, false, [](const Call& call) {
                return page("assets/" + call.parts[0]);
              }});
  router.add({"GET", "/openapi.json", Lane::kAtOnce, {}, false, [](const Call&) {
                Response response;
                response.body = std::string(find_asset("openapi.json")->bytes);
                return response;
              }});
  router.add({"GET", "/metrics", Lane::kAtOnce, {}, false, [&application](const Call&) {
                Response response;
                response.type = "text/plain; version=0.0.4; charset=utf-8";
                response.body = application.metrics().text(application.gauges());
                return response;
              }});
}

}  // namespace relprompt::serve
