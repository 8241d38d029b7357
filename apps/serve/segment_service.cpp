#include "serve/segment_service.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "relprompt/output.h"

#include "base/json_output.h"
#include "serve/base64.h"
#include "serve/zip_writer.h"

namespace relprompt::serve {
namespace {

using Json = nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;
using Stages = std::vector<std::pair<const char*, double>>;

class Stopwatch {
 public:
  double lap() {
    const auto now = Clock::now();
    const double seconds = std::chrono::duration<double>(now - start_).count();
    start_ = now;
    return seconds;
  }

 private:
  Clock::time_point start_ = Clock::now();
};

Image decode(const std::string& bytes, const ServerSettings& settings) {
  DecodeOptions options;
  options.max_decoded_pixels = settings.max_pixels;
  try {
    return decode_image(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size(), options);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kImageTooLarge) throw;
    // The library's hint names a flag of other commands.
    throw HttpError(413, http_error(error).what(),
                    "scale it down, or start the server with more --max-pixels", name_of(error.code()));
  }
}

Json classes_json(const ClassList& classes, const Segmentation& result) {
  const auto all = static_cast<double>(result.labels.labels.size());
  Json list = Json::array();
  for (std::size_t label = 0; label < classes.size(); ++label) {
    const auto pixels = result.pixels[label];
    list.push_back({{"label", label},
                    {"name", classes.title(label)},
                    {"names", classes.names[label]},
                    {"color", fmt::format("#{:06x}", class_color(static_cast<std::uint16_t>(label)))},
                    {"pixels", pixels},
                    {"share", static_cast<double>(pixels) / all}});
  }
  return list;
}

Json protocol_json(const SegmentOptions& options) {
  Json protocol;
  protocol["short_side"] = options.short_side;
  protocol["window"] = options.window == kWholeImage ? Json("whole") : Json(options.window);
  protocol["stride"] = options.stride;
  protocol["unknown"] = options.unknown_threshold ? Json(*options.unknown_threshold) : Json();
  protocol["seen"] = options.seen;
  protocol["calibration"] = options.calibration;
  protocol["min_area"] = options.min_area.value_or(0);
  protocol["refine"] = options.refine == Refinement::kPamr ? "pamr" : "none";
  return protocol;
}

/// Description of a result as text, see docs/serving.md.
std::string describe(const OpenModel& model, const EmbeddedClasses& classes, const Image& image,
                     const Segmentation& result, const SegmentOptions& options, const Stages& stages,
                     const std::string* session) {
  Json about;
  about["model"] = model.name;
  about["head"] = model.model.has_prompts() ? Json() : Json(model.model.head());
  about["width"] = image.width;
  about["height"] = image.height;
  about["windows"] = result.windows;
  about["classes"] = classes_json(classes.list, result);
  about["background"] = classes.list.background ? Json(*classes.list.background) : Json();
  about["unknown_pixels"] = result.unknown_pixels;
  about["unknown_words"] = classes.set.unknown_words();
  about["notes"] = image.notes;
  about["protocol"] = protocol_json(options);
  Json seconds;
  for (const auto& [stage, value] : stages) seconds[stage] = std::max(0.0, value);
  about["seconds"] = seconds;
  if (session != nullptr)
    about["session"] = session->empty() ? Json() : Json(*session);  // null: too large to keep
  return json_text(about);
}

std::string stem_of(const std::string& file_name) {
  // The client's name goes back to it, so only what every system takes stays.
  std::string name = file_name.substr(std::min(file_name.find_last_of("/\\") + 1, file_name.size()));
  name = name.substr(0, name.rfind('.'));
  std::string stem;
  for (const char c : name.substr(0, 100)) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    stem += plain ? c : '_';
  }
  return stem.empty() ? "image" : stem;
}

}  // namespace

WindowProgress watched(JobControl& control) {
  return [&control](int done, int all) {
    control.windows = all;
    control.windows_done = done;
    return !control.stopped();
  };
}

Answer SegmentService::segment(SegmentRequest request, Worker& worker, JobControl& control) {
  Stages stages = {{"queue", std::chrono::duration<double>(Clock::now() - control.pushed).count()}};
  Stopwatch watch;
  auto image = decode(request.image, settings_);
  request.image = {};
  stages.emplace_back("decode", watch.lap());
  const auto model = models_.find(request.model, request.head);
  const auto classes = models_.classes(model, request.classes, request.background, request.text);
  stages.emplace_back("classes", watch.lap());

  auto& segmenter = worker.session(model, most_sessions_of_worker());
  segmenter.set_classes(classes->set);
  const auto options = segmenter.resolve(request.protocol);
  ScoreGatherer scores(request.outputs, classes->list.size(), image);
  std::shared_ptr<Session> session;
  Segmentation result;
  if (request.keep) {
    session = std::make_shared<Session>();
    session->scores = segmenter.score(image, request.protocol, watched(control));
    result = session->scores.label(request.protocol, scores.sink());
  } else {
    result = segmenter.segment(image, request.protocol, scores.sink(), watched(control));
  }
  metrics_.count_windows(static_cast<std::size_t>(result.windows));
  stages.emplace_back("resize", result.resize_seconds);
  stages.emplace_back("network", result.network_seconds);
  stages.emplace_back("score", result.score_seconds);
  watch.lap();
  Answer answer;
  answer.outputs = make_outputs(request.outputs, {image, result, classes->list, request.overlay}, scores);
  stages.emplace_back("encode", watch.lap());
  for (const auto& [stage, seconds] : stages) metrics_.add_stage(stage, seconds);
  std::string id;
  if (session) {
    session->model = model;
    session->classes = classes;
    session->request = std::move(request);
    session->image = std::move(image);
    id = sessions_.add(session);
  }
  answer.description = describe(*model, *classes, session ? session->image : image, result, options, stages,
                                session ? &id : nullptr);
  return answer;
}

Answer SegmentService::relabel(const std::string& id, const Session& session, const Request& request) {
  auto asked = session.request;
  // Labels of the request mean the classes that it named.
  parse_relabel(request, settings_, asked);
  ScoreGatherer scores(asked.outputs, session.classes->list.size(), session.image);
  Stopwatch watch;
  const auto result = session.scores.label(asked.protocol, scores.sink());
  Stages stages = {{"score", watch.lap()}};
  Answer answer;
  answer.outputs =
      make_outputs(asked.outputs, {session.image, result, session.classes->list, asked.overlay}, scores);
  stages.emplace_back("encode", watch.lap());
  const auto options = session.model->model.resolve(asked.protocol, session.classes->list.size());
  answer.description =
      describe(*session.model, *session.classes, session.image, result, options, stages, &id);
  return answer;
}

Response answer_response(const Answer& answer, const std::string& accept, const std::string& file_name) {
  Response response;
  if (accepts(accept, "application/zip")) {
    ZipWriter zip;
    const auto stem = stem_of(file_name);
    for (const auto& output : answer.outputs) zip.add(stem + output.ending, output.bytes);
    zip.add(stem + ".json", answer.description + "\n");
    response.type = "application/zip";
    response.body = zip.finish();
    return response;
  }
  response.body = answer.description;
  response.body.pop_back();  // the closing brace
  for (const auto& output : answer.outputs)
    response.body += ",\"" + output.name + "\":\"" + to_base64(output.bytes) + "\"";
  response.body += "}\n";
  return response;
}

}  // namespace relprompt::serve
