// /v2: the Open Inference Protocol, as KServe and Triton speak it.
#include <fmt/format.h>

#include "relprompt/version.h"

#include "base/json_output.h"
#include "serve/application.h"

namespace relprompt::serve {
namespace {

using Json = nlohmann::ordered_json;

Response json_response(const Json& value, int status = 200) {
  Response response;
  response.status = status;
  response.body = json_text(value) + "\n";
  return response;
}

}  // namespace

void add_v2_routes(Router& router, Application& application) {
  router.add({"GET", "/v2", Lane::kAtOnce, {}, false, [](const Call&) {
                return json_response({{"name", "relprompt"},
                                      {"version", RELPROMPT_VERSION},
                                      {"extensions", {"binary_tensor_data"}}});
              }});
  router.add({"GET", "/v2/health/live", Lane::kAtOnce, {}, true, [](const Call&) {
                return json_response({{"live", true}});
              }});
  router.add({"GET", "/v2/health/ready", Lane::kAtOnce, {}, true, [&application](const Call&) {
                const bool ready = !application.ending();
                return json_response({{"ready", ready}}, ready ? 200 : 503);
              }});
}

}  // namespace relprompt::serve
