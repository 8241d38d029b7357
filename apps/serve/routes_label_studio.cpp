// Label Studio's machine learning backend: predictions beside the images that people label.
#include <numeric>

#include <fmt/format.h>

#include "relprompt/version.h"

#include "base/json_output.h"
#include "base/json_read.h"
#include "serve/application.h"
#include "serve/label_config.h"

namespace relprompt::serve {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostTasks = 100;

Response json_response(const Json& value, int status = 200) {
  Response response;
  response.status = status;
  response.body = json_text(value) + "\n";
  return response;
}

std::string version_of(const OpenModel& model) {
  return fmt::format("relprompt {} {}", RELPROMPT_VERSION, model.name);
}

/// The member of a body, which must be a text; empty if it is absent.
std::string text_of(const nlohmann::json& body, const char* name) {
  const auto found = body.find(name);
  if (found == body.end() || found->is_null()) return "";
  if (!found->is_string()) throw HttpError(400, fmt::format("\"{}\" should be a text", name));
  return found->get<std::string>();
}

/// What the mask formats write for Label Studio, with the names of this project's interface.
Json results_of(const Output& output, const LabelConfig& config) {
  const auto& file = output.files.front();
  auto tasks = reread_json(file.bytes);
  Json results = std::move(tasks.at(0).at("predictions").at(0).at("result"));
  for (auto& result : results) {
    result["from_name"] = config.from_name;
    result["to_name"] = config.to_name;
  }
  return results;
}

Json predict_one(Application& application, const Call& call, const nlohmann::json& task,
                 const LabelConfig& config) {
  const auto data = task.find("data");
  if (data == task.end() || !data->is_object() || !data->contains(config.data_key) ||
      !(*data)[config.data_key].is_string())
    throw HttpError(400, fmt::format("a task without data.{}, the image of the interface", config.data_key));
  SegmentRequest request;
  take_image((*data)[config.data_key].get_ref<const std::string&>(), "data." + config.data_key,
             application.settings(), request);
  request.classes = config.classes;
  request.text.use_cache = false;
  request.protocol.max_pixels = application.settings().max_pixels;
  request.outputs = {config.brush ? "labelstudio" : "labelstudio-polygons"};
  // Classes beside those that the project knows would be labels that it cannot show.
  request.background.contrast = false;
  double sum = 0;
  std::vector<float> best;
  const auto done = application.segments().compute(
      request, *call.worker, *call.control, [&](const Image& image, std::size_t) -> ScoreSink {
        best.assign(image.rgb.size() / 3, 0.0f);
        return [&best](std::size_t, std::size_t count, const float* planes) {
          for (std::size_t c = 0; c < count; ++c)
            for (std::size_t i = 0; i < best.size(); ++i)
              best[i] = std::max(best[i], planes[c * best.size() + i]);
        };
      });
  sum = std::accumulate(best.begin(), best.end(), 0.0);
  ScoreGatherer none({}, 1, done.image);
  const auto outputs = make_outputs(
      request.outputs, {request.file_name, done.image, done.result, done.classes->list, {}}, none);
  return {{"model_version", version_of(*done.model)},
          {"score", std::min(1.0, sum / static_cast<double>(best.size()))},
          {"result", results_of(outputs.front(), config)}};
}

Response predict(Application& application, const Call& call) {
  const auto body = read_body(call.request.body, application.settings().max_body);
  const auto tasks = body.find("tasks");
  if (tasks == body.end() || !tasks->is_array() || tasks->size() > kMostTasks)
    throw HttpError(400, "\"tasks\" should be a list of at most 100 tasks");
  const auto config = parse_label_config(text_of(body, "label_config"));
  check_class_limits(config.classes, application.settings());
  Json results = Json::array();
  for (const auto& task : *tasks) {
    if (!task.is_object()) throw HttpError(400, "\"tasks\" should be a list of objects");
    results.push_back(predict_one(application, call, task, config));
  }
  return json_response(
      {{"results", results}, {"model_version", version_of(*application.models().all().front())}});
}

/// Label Studio asks once whether the backend fits a project's interface.
Response setup(Application& application, const Call& call) {
  const auto body = read_body(call.request.body, application.settings().max_body);
  const auto schema = text_of(body, "schema");
  if (!schema.empty()) parse_label_config(schema);
  return json_response({{"model_version", version_of(*application.models().all().front())}});
}

}  // namespace

void add_label_studio_routes(Router& router, Application& application) {
  router.add({"GET", "/health", Lane::kAtOnce, {}, true, [](const Call&) {
                return json_response({{"status", "UP"}, {"model_class", "relprompt"}});
              }});
  router.add({"POST", "/setup", Lane::kLight, {"application/json"}, false, [&application](const Call& call) {
                return setup(application, call);
              }});
  router.add(
      {"POST", "/predict", Lane::kCompute, {"application/json"}, false, [&application](const Call& call) {
         return predict(application, call);
       }});
  router.add(
      {"POST", "/webhook", Lane::kLight, {"application/json"}, false, [&application](const Call& call) {
         read_body(call.request.body, application.settings().max_body);
         // Nothing is trained here, so events change nothing.
         return json_response({{"status", "ok"}}, 201);
       }});
}

}  // namespace relprompt::serve
