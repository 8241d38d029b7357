#include "serve/application.h"

#include <algorithm>
#include <new>

#include <fmt/format.h>

#include "base/json_output.h"
#include "serve/token.h"

namespace relprompt::serve {
namespace {

using Json = nlohmann::ordered_json;

// A person who moves a slider asks often; what is too much of it is refused.
constexpr std::size_t kLightQueue = 64;

std::string host_without_port(const std::string& host) {
  const auto colon = host.rfind(':');
  const bool port = colon != std::string::npos && host.find(']', colon) == std::string::npos;
  return lower_case(port ? host.substr(0, colon) : host);
}

bool knows_host(const ServerSettings& settings, const std::string& host) {
  if (names_loopback(host)) return true;
  const auto name = host_without_port(host);
  return std::find(settings.host_names.begin(), settings.host_names.end(), name) != settings.host_names.end();
}

/// A word of at least 8 letters, digits, '-' or '_'.
bool is_progress_word(const std::string& word) {
  return word.size() >= 8 && word.size() <= 64 && std::all_of(word.begin(), word.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                  c == '_';
         });
}

}  // namespace

Response guarded_answer(const Handler& handler, const Call& call) {
  const auto fail = [&](const HttpError& error) { return error_response(error, call.request.path); };
  try {
    return handler(call);
  } catch (const HttpError& error) {
    return fail(error);
  } catch (const Error& error) {
    return fail(http_error(error));
  } catch (const std::bad_alloc&) {
    return fail({500, "not enough memory", "a smaller image or fewer classes", "out_of_memory"});
  } catch (const std::exception& error) {
    return fail({500, fmt::format("a bug of the server: {}", error.what()), "", "internal"});
  }
}

Application::Application(const ServerSettings& settings)
    : settings_(settings),
      models_(settings_),
      sessions_(settings_.sessions, settings_.session_bytes, settings_.session_seconds),
      segments_(settings_, models_, sessions_, metrics_),
      queue_(settings_.queue),
      light_queue_(kLightQueue),
      workers_(settings_.workers, queue_),
      light_workers_(1, light_queue_) {
  add_common_routes(router_, *this);
  add_v1_routes(router_, *this);
  add_session_routes(router_, *this);
  add_v2_routes(router_, *this);
  add_label_studio_routes(router_, *this);
}

Application::~Application() = default;

Match Application::admit(const Request& head) const {
  if (settings_.check_host && !knows_host(settings_, head.header("host"))) {
    throw HttpError(421, "this server does not go by the name in the Host header",
                    "ask http://127.0.0.1 or http://localhost, or start it with --allow-host NAME");
  }
  // A page of another origin cannot read answers, but could make its visitor's machine work.
  const auto& origin = head.header("origin");
  const auto slashes = origin.find("://");
  if (!origin.empty() && (slashes == std::string::npos ||
                          lower_case(origin.substr(slashes + 3)) != lower_case(head.header("host"))))
    throw HttpError(403, "pages of other origins may not ask this server");
  auto match = router_.find(head);
  if (!settings_.token.empty() && !match.route->open && !carries_token(head, settings_.token))
    throw HttpError(401, "the token is missing or wrong", "Authorization: Bearer TOKEN");
  if (ending_ && match.route->lane != Lane::kAtOnce) throw HttpError(503, "the server is ending");
  return match;
}

Response Application::answer(const Match& match, Request& request) {
  return guarded_answer(match.route->handler, {request, match.parts});
}

std::shared_ptr<JobControl> Application::submit(JobQueue::Place place, Match match, Request request,
                                                std::function<void(Response)> done) {
  auto control = std::make_shared<JobControl>();
  control->deadline = JobControl::Clock::now() + std::chrono::duration_cast<JobControl::Clock::duration>(
                                                     std::chrono::duration<double>(settings_.timeout));
  watch(request, control);
  // std::function wants what can be copied.
  auto kept = std::make_shared<Request>(std::move(request));
  auto job = [match = std::move(match), kept, control, done = std::move(done)](Worker& worker) {
    if (control->stopped()) return;  // the connection has answered, or has gone
    Response response = guarded_answer(match.route->handler, {*kept, match.parts, &worker, control.get()});
    *kept = {};
    // After the deadline the connection answers, in words of its own.
    if (!control->stopped()) done(std::move(response));
  };
  queue_of(match.route->lane).push(std::move(place), control, std::move(job));
  return control;
}

void Application::watch(const Request& request, const std::shared_ptr<JobControl>& control) {
  const auto word = request.query.find("progress");
  if (word == request.query.end() || !is_progress_word(word->second)) return;
  const std::lock_guard<std::mutex> lock(watched_mutex_);
  for (auto entry = watched_.begin(); entry != watched_.end();)
    entry = entry->second.expired() ? watched_.erase(entry) : std::next(entry);
  watched_[word->second] = control;
}

Response Application::progress(const std::string& word) const {
  std::shared_ptr<JobControl> control;
  {
    const std::lock_guard<std::mutex> lock(watched_mutex_);
    const auto found = watched_.find(word);
    if (found != watched_.end()) control = found->second.lock();
  }
  if (!control) throw HttpError(404, "no request of this name waits or runs");
  Response response;
  response.body =
      json_text(control->running ? Json{{"state", "running"},
                                        {"windows", control->windows_done.load()},
                                        {"of", control->windows.load()}}
                                 : Json{{"state", "waiting"}, {"before", queue_.before(*control)}}) +
      "\n";
  return response;
}

Gauges Application::gauges() const {
  Gauges now;
  now.queue = queue_.taken();
  now.queue_capacity = queue_.capacity();
  now.running = workers_.running();
  now.workers = workers_.size();
  now.connections = connections_;
  now.sessions = sessions_.size();
  now.session_bytes = sessions_.bytes();
  now.class_hits = models_.class_cache().hits();
  now.class_misses = models_.class_cache().misses();
  return now;
}

}  // namespace relprompt::serve
