// Label Studio's machine learning backend: predictions beside the images that people label.
#include "base/json_output.h"
#include "serve/application.h"

namespace relprompt::serve {

void add_label_studio_routes(Router& router, Application& application) {
  static_cast<void>(application);
  router.add({"GET", "/health", Lane::kAtOnce, {}, true, [](const Call&) {
                Response response;
                response.body =
                    json_text(nlohmann::ordered_json{{"status", "UP"}, {"model_class", "relprompt"}}) + "\n";
                return response;
              }});
}

}  // namespace relprompt::serve
