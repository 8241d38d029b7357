// /v1/sessions: other thresholds, heat maps and attention maps from what is kept of a request.
#include <algorithm>
#include <charconv>
#include <limits>

#include <fmt/format.h>

#include "analysis/heat_map.h"
#include "base/json_output.h"
#include "image/png_writer.h"
#include "serve/application.h"

namespace relprompt::serve {
namespace {

using Json = nlohmann::ordered_json;

SessionPointer find_session(Application& application, const std::string& id) {
  auto session = application.sessions().find(id);
  if (!session)
    throw HttpError(404, "there is no such session, or not any more", "send the image again with \"keep\"");
  return session;
}

std::size_t number_of(const std::string& text, const char* what) {
  std::size_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc() || end != text.data() + text.size())
    throw HttpError(404, fmt::format("there is no {} \"{}\"", what, text));
  return number;
}

/// The weight of colours over the image from ?alpha=.
float alpha_of(const Request& request) {
  const auto found = request.query.find("alpha");
  if (found == request.query.end()) return 0.65f;
  double alpha = -1;
  const auto& text = found->second;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), alpha);
  if (problem != std::errc() || end != text.data() + text.size() || !(alpha >= 0 && alpha <= 1))
    throw HttpError(400, "alpha: expected a number from 0 to 1");
  return static_cast<float>(alpha);
}

/// True for ?style=heat, false for ?style=grey.
bool in_colours(const Request& request, bool by_default) {
  const auto found = request.query.find("style");
  if (found == request.query.end()) return by_default;
  if (found->second != "heat" && found->second != "grey")
    throw HttpError(400, "style: expected heat or grey");
  return found->second == "heat";
}

Response png(std::string bytes) {
  Response response;
  response.type = "image/png";
  response.body = std::move(bytes);
  return response;
}

Response coloured(const Image& image) {
  return png(image::encode_png(image::PngKind::kRgb8, image.height, image.width, image.rgb.data()));
}

Response score_view(const Session& session, const Call& call) {
  const auto label = number_of(call.parts[1], "class");
  if (label >= session.classes->list.size())
    throw HttpError(404, fmt::format("there is no class {}: labels are 0 to {}", label,
                                     session.classes->list.size() - 1));
  const auto& image = session.image;
  const auto plane = session.scores.plane(label, session.request.protocol);
  if (!in_colours(call.request, false)) return png(grey_png(plane, image.height, image.width));
  const analysis::HeatGrid grid{plane.data(), image.height, image.width};
  return coloured(analysis::heat_over(image, grid, alpha_of(call.request)));
}

std::shared_ptr<const AttentionMaps> attention_of(Application& application, const Session& session,
                                                  Worker& worker) {
  if (!session.model->model.has_prompts()) {
    throw HttpError(
        404, fmt::format("the model \"{}\" is a CLIP without relationship prompts: it has no such maps",
                         session.model->name));
  }
  return session.attention([&] {
    auto& segmenter = worker.session(session.model, application.segments().most_sessions_of_worker());
    segmenter.set_classes(session.classes->set);
    return segmenter.attention_maps(session.image);
  });
}

struct Range {
  float low = std::numeric_limits<float>::infinity(), high = -std::numeric_limits<float>::infinity();
};

Range range_of(const AttentionMaps& maps, std::size_t layer) {
  const auto count =
      maps.classes * static_cast<std::size_t>(maps.height) * static_cast<std::size_t>(maps.width);
  const float* begin = maps.map(layer, 0);
  const auto [low, high] = std::minmax_element(begin, begin + count);
  return {*low, *high};
}

Response attention_summary(const AttentionMaps& maps) {
  Json ranges = Json::array();
  for (std::size_t i = 0; i < maps.layers.size(); ++i) {
    const auto range = range_of(maps, i);
    ranges.push_back({range.low, range.high});
  }
  Response response;
  response.body = json_text(Json{{"layers", maps.layers},
                                 {"classes", maps.classes},
                                 {"height", maps.height},
                                 {"width", maps.width},
                                 {"ranges", ranges}}) +
                  "\n";
  return response;
}

Response attention_view(const Session& session, const AttentionMaps& maps, const Call& call) {
  const auto layer = static_cast<int>(std::min<std::size_t>(number_of(call.parts[1], "layer"), 1'000'000));
  const auto label = number_of(call.parts[2], "class");
  const auto found = std::find(maps.layers.begin(), maps.layers.end(), layer);
  if (found == maps.layers.end() || label >= maps.classes)
    throw HttpError(404, "there is no map of this layer and class", "/attention lists the layers");
  const auto place = static_cast<std::size_t>(found - maps.layers.begin());
  const auto range = range_of(maps, place);
  const float* values = maps.map(place, label);
  if (in_colours(call.request, true)) {
    // The last patches may stand for padding beyond the image.
    const auto covered = [&](int patches, int pixels) {
      return static_cast<double>(patches) * maps.patch / pixels;
    };
    const analysis::HeatGrid grid{values,
                                  maps.height,
                                  maps.width,
                                  range.low,
                                  range.high,
                                  covered(maps.height, maps.resized_height),
                                  covered(maps.width, maps.resized_width)};
    return coloured(analysis::heat_over(session.image, grid, alpha_of(call.request)));
  }
  std::vector<float> shares(values, values + static_cast<std::ptrdiff_t>(maps.height) * maps.width);
  const float span = range.high > range.low ? range.high - range.low : 1;
  for (float& share : shares) share = (share - range.low) / span;
  return png(grey_png(shares, maps.height, maps.width));
}

}  // namespace

void add_session_routes(Router& router, Application& application) {
  router.add({"POST",
              "/v1/sessions/{}/relabel",
              Lane::kLight,
              {"application/json"},
              false,
              [&application](const Call& call) {
                const auto session = find_session(application, call.parts[0]);
                return answer_response(application.segments().relabel(call.parts[0], *session, call.request),
                                       call.request.header("accept"), "");
              }});
  router.add(
      {"GET", "/v1/sessions/{}/scores/{}.png", Lane::kLight, {}, false, [&application](const Call& call) {
         return score_view(*find_session(application, call.parts[0]), call);
       }});
  router.add(
      {"GET", "/v1/sessions/{}/attention", Lane::kCompute, {}, false, [&application](const Call& call) {
         const auto session = find_session(application, call.parts[0]);
         return attention_summary(*attention_of(application, *session, *call.worker));
       }});
  router.add({"GET",
              "/v1/sessions/{}/attention/{}/{}.png",
              Lane::kCompute,
              {},
              false,
              [&application](const Call& call) {
                const auto session = find_session(application, call.parts[0]);
                return attention_view(*session, *attention_of(application, *session, *call.worker), call);
              }});
  router.add({"DELETE", "/v1/sessions/{}", Lane::kAtOnce, {}, false, [&application](const Call& call) {
                if (!application.sessions().remove(call.parts[0]))
                  throw HttpError(404, "there is no such session");
                Response response;
                response.status = 204;
                response.type.clear();
                return response;
              }});
}

}  // namespace relprompt::serve
