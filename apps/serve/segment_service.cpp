#include "serve/segment_service.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "relprompt/output.h"

#include "base/json_output.h"
#include "serve/base64.h"
#include "serve/fetched_image.h"

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

/// Description of a result as text, see docs/guide/serving.md.
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

/// An output's value in JSON: text of the formats that are JSON themselves as it is, other files in base64,
/// and of an output of several files an object with a key a file.
std::string json_value(const OutputFile& file) {
  const bool json = file.name.size() > 5 && (file.name.rfind(".json") == file.name.size() - 5 ||
                                             file.name.rfind(".geojson") == file.name.size() - 8);
  return json ? file.bytes : "\"" + to_base64(file.bytes) + "\"";
}

std::string json_value(const Output& output) {
  if (output.files.size() == 1) return json_value(output.files.front());
  std::string text;
  for (const auto& file : output.files)
    text += (text.empty() ? "{\"" : ",\"") + file.name + "\":" + json_value(file);
  return text + "}";
}

}  // namespace

WindowProgress watched(JobControl& control) {
  return [&control](int done, int all) {
    control.windows = all;
    control.windows_done = done;
    return !control.stopped();
  };
}

Computed SegmentService::compute(SegmentRequest& request, Worker& worker, JobControl& control,
                                 const SinkMaker& sink) {
  Computed done;
  done.stages = {{"queue", std::chrono::duration<double>(Clock::now() - control.pushed).count()}};
  Stopwatch watch;
  if (!request.image_url.empty()) {
    request.image = fetch_image(request.image_url, settings_, control);
    request.image_url = {};
    done.stages.emplace_back("fetch", watch.lap());
  }
  done.image = request.pixels ? std::move(*request.pixels) : decode(request.image, settings_);
  request.image = {};
  request.pixels.reset();
  done.stages.emplace_back("decode", watch.lap());
  done.model = models_.find(request.model, request.head);
  done.classes = models_.classes(done.model, request.classes, request.background, request.text);
  done.stages.emplace_back("classes", watch.lap());

  auto& segmenter = worker.session(done.model, most_sessions_of_worker());
  segmenter.set_classes(done.classes->set);
  done.options = segmenter.resolve(request.protocol);
  const auto scores = sink(done.image, done.classes->list.size());
  if (request.keep) {
    done.kept = segmenter.score(done.image, request.protocol, watched(control));
    done.result = done.kept->label(request.protocol, scores);
  } else {
    done.result = segmenter.segment(done.image, request.protocol, scores, watched(control));
  }
  metrics_.count_windows(static_cast<std::size_t>(done.result.windows));
  done.stages.emplace_back("resize", done.result.resize_seconds);
  done.stages.emplace_back("network", done.result.network_seconds);
  done.stages.emplace_back("score", done.result.score_seconds);
  for (const auto& [stage, seconds] : done.stages) metrics_.add_stage(stage, std::max(0.0, seconds));
  return done;
}

Answer SegmentService::segment(SegmentRequest request, Worker& worker, JobControl& control) {
  std::optional<ScoreGatherer> scores;
  auto done = compute(request, worker, control, [&](const Image& image, std::size_t classes) {
    return scores.emplace(request.outputs, classes, image).sink();
  });
  Stopwatch watch;
  Answer answer;
  answer.outputs = make_outputs(
      request.outputs,
      {request.file_name, done.image, done.result, done.classes->list, request.output_options}, *scores);
  done.stages.emplace_back("encode", watch.lap());
  metrics_.add_stage("encode", done.stages.back().second);
  std::string id;
  if (!done.kept) {
    answer.description =
        describe(*done.model, *done.classes, done.image, done.result, done.options, done.stages, nullptr);
    return answer;
  }
  auto session = std::make_shared<Session>();
  session->model = done.model;
  session->classes = done.classes;
  session->request = std::move(request);
  session->scores = *done.kept;
  session->image = std::move(done.image);
  id = sessions_.add(session);
  answer.description =
      describe(*done.model, *done.classes, session->image, done.result, done.options, done.stages, &id);
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
  answer.outputs = make_outputs(
      asked.outputs, {asked.file_name, session.image, result, session.classes->list, asked.output_options},
      scores);
  stages.emplace_back("encode", watch.lap());
  const auto options = session.model->model.resolve(asked.protocol, session.classes->list.size());
  answer.description =
      describe(*session.model, *session.classes, session.image, result, options, stages, &id);
  return answer;
}

Response answer_response(const Answer& answer, const std::string& accept, const std::string& file_name) {
  Response response;
  if (accepts(accept, "application/zip")) {
    std::vector<OutputFile> files;
    for (const auto& output : answer.outputs)
      files.insert(files.end(), output.files.begin(), output.files.end());
    files.push_back({stem_of(file_name) + ".json", answer.description + "\n"});
    response.type = "application/zip";
    response.body = zip_archive(files);
    return response;
  }
  response.body = answer.description;
  response.body.pop_back();  // the closing brace
  for (const auto& output : answer.outputs) response.body += ",\"" + output.name + "\":" + json_value(output);
  response.body += "}\n";
  return response;
}

}  // namespace relprompt::serve
