// /v1: masks for programs.
#include <algorithm>

#include <fmt/format.h>

#include "relprompt/version.h"

#include "base/json_output.h"
#include "serve/application.h"

namespace relprompt::serve {
namespace {

using Json = nlohmann::ordered_json;

/// Whether who asks is on this machine, so that the server's paths mean something to them and tell them
/// nothing: there is neither a token nor another name to ask by, and no proxy has passed the request on.
bool is_local(const ServerSettings& settings, const Request& request) {
  if (!settings.check_host || !settings.host_names.empty()) return false;
  return std::none_of(request.headers.begin(), request.headers.end(), [](const auto& header) {
    const auto& name = header.first;
    return name == "forwarded" || name == "via" || name == "x-real-ip" ||
           name.compare(0, 12, "x-forwarded-") == 0;
  });
}

Json describe(const OpenModel& open, bool first, bool paths) {
  const auto& model = open.model;
  const auto sides = model.resolve(SegmentOptions(), 1);
  Json about;
  about["name"] = open.name;
  about["default"] = first;
  about["place"] = open.on_hub || paths ? Json(open.place) : Json();
  about["hash"] = model.hash();
  about["variant"] = model.variant();
  about["prompts"] = model.has_prompts();
  about["head"] = model.has_prompts() ? Json() : Json(model.head());
  about["heads"] = model.has_prompts() ? Json::array() : Json(dense_head_names());
  about["joint_width"] = model.joint_width();
  about["known_words"] = model.known_words();
  about["notes"] = model.notes();
  about["short_side"] = sides.short_side;
  about["window"] = sides.window;
  about["stride"] = sides.stride;
  return about;
}

std::string models_text(const Models& models, bool paths) {
  Json list = Json::array();
  for (const auto& model : models.all()) list.push_back(describe(*model, list.empty(), paths));
  return json_text(Json{{"version", RELPROMPT_VERSION}, {"models", list}}) + "\n";
}

std::string vocabularies_text() {
  Json list = Json::array();
  for (const auto& vocabulary : vocabularies()) {
    const auto& classes = vocabulary.classes;
    Json titles = Json::array();
    for (std::size_t label = 0; label < classes.size(); ++label) titles.push_back(classes.title(label));
    list.push_back({{"name", vocabulary.name},
                    {"description", vocabulary.description},
                    {"classes", classes.names},
                    {"titles", titles},
                    {"seen", classes.seen}});
  }
  return json_text(Json{{"vocabularies", list}}) + "\n";
}

Handler constant(std::string text) {
  return [text = std::move(text)](const Call&) {
    Response response;
    response.body = text;
    return response;
  };
}

Handler models_handler(Application& application) {
  return [&settings = application.settings(), local = constant(models_text(application.models(), true)),
          other = constant(models_text(application.models(), false))](const Call& call) {
    return is_local(settings, call.request) ? local(call) : other(call);
  };
}

}  // namespace

void add_v1_routes(Router& router, Application& application) {
  router.add({"POST",
              "/v1/segment",
              Lane::kCompute,
              {"application/json", "multipart/form-data", "image/*", "application/octet-stream"},
              false,
              [&application](const Call& call) {
                const auto accept = call.request.header("accept");
                auto request = parse_segment(call.request, application.settings());
                const auto name = request.file_name;
                return answer_response(
                    application.segments().segment(std::move(request), *call.worker, *call.control), accept,
                    name);
              }});
  router.add({"GET", "/v1/models", Lane::kAtOnce, {}, false, models_handler(application)});
  router.add({"GET", "/v1/vocabularies", Lane::kAtOnce, {}, false, constant(vocabularies_text())});
  router.add({"GET", "/v1/progress/{}", Lane::kAtOnce, {}, false, [&application](const Call& call) {
                return application.progress(call.parts[0]);
              }});
}

}  // namespace relprompt::serve
