// /v2: the Open Inference Protocol, as KServe and Triton speak it.
#include <algorithm>

#include <fmt/format.h>

#include "relprompt/version.h"

#include "base/json_output.h"
#include "serve/application.h"
#include "serve/inference_answer.h"

namespace relprompt::serve {
namespace {

using Json = nlohmann::ordered_json;

// Scores as FP32 at the image's size: more than this would be more than the memory of most requests together.
constexpr std::size_t kMostScores = std::size_t{64} << 20;

Response json_response(const Json& value, int status = 200) {
  Response response;
  response.status = status;
  response.body = json_text(value) + "\n";
  return response;
}

/// The model of a path; the only version is 1.
const OpenModel& model_of(Application& application, const Call& call) {
  for (const auto& model : application.models().all())
    if (model->name == call.parts[0] && (call.parts.size() < 2 || call.parts[1] == "1")) return *model;
  throw HttpError(404, "there is no such model or version",
                  "GET /v1/models lists the models; versions are 1");
}

Json tensors(const std::vector<TensorKind>& kinds) {
  Json list = Json::array();
  for (const auto& kind : kinds)
    list.push_back({{"name", kind.name}, {"datatype", kind.datatype}, {"shape", kind.shape}});
  return list;
}

Response metadata(const OpenModel& model) {
  return json_response({{"name", model.name},
                        {"versions", {"1"}},
                        {"platform", "relprompt"},
                        {"inputs", tensors(inference_inputs())},
                        {"outputs", tensors(inference_outputs())}});
}

Response readiness(bool ready, const char* key) {
  return json_response({{key, ready}}, ready ? 200 : 503);
}

Response infer(Application& application, const Call& call) {
  const auto& model = model_of(application, call);
  const auto inference =
      parse_inference(call.request.body, call.request.header("inference-header-content-length"));
  check_inference_outputs(inference);
  auto request = segment_request_of(inference, model.name, application.settings());
  const bool wants_scores = std::any_of(inference.outputs.begin(), inference.outputs.end(),
                                        [](const auto& wanted) { return wanted.name == "scores"; });
  std::vector<float> scores;
  const auto done = application.segments().compute(
      request, *call.worker, *call.control, [&](const Image& image, std::size_t classes) -> ScoreSink {
        if (!wants_scores) return {};
        const auto pixels = image.rgb.size() / 3;
        if (classes * pixels > kMostScores)
          throw HttpError(413,
                          fmt::format("scores of {} classes and {} pixels are too many", classes, pixels));
        scores.reserve(classes * pixels);
        return [&scores, pixels](std::size_t, std::size_t count, const float* planes) {
          scores.insert(scores.end(), planes, planes + count * pixels);
        };
      });
  return inference_answer(inference, done, scores);
}

}  // namespace

void add_v2_routes(Router& router, Application& application) {
  router.add({"GET", "/v2", Lane::kAtOnce, {}, false, [](const Call&) {
                return json_response({{"name", "relprompt"},
                                      {"version", RELPROMPT_VERSION},
                                      {"extensions", {"binary_tensor_data"}}});
              }});
  router.add({"GET", "/v2/health/live", Lane::kAtOnce, {}, true, [](const Call&) {
                return readiness(true, "live");
              }});
  router.add({"GET", "/v2/health/ready", Lane::kAtOnce, {}, true, [&application](const Call&) {
                return readiness(!application.ending(), "ready");
              }});
  for (const std::string path : {"/v2/models/{}", "/v2/models/{}/versions/{}"}) {
    router.add({"GET", path, Lane::kAtOnce, {}, false, [&application](const Call& call) {
                  return metadata(model_of(application, call));
                }});
    router.add({"GET", path + "/ready", Lane::kAtOnce, {}, false, [&application](const Call& call) {
                  model_of(application, call);
                  return readiness(!application.ending(), "ready");
                }});
    router.add({"POST",
                path + "/infer",
                Lane::kCompute,
                {"application/json", "application/octet-stream"},
                false,
                [&application](const Call& call) { return infer(application, call); }});
  }
}

}  // namespace relprompt::serve
