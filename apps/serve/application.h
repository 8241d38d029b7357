// Everything that a server answers, between the connections and the library: the table of paths, who may ask,
// the queues and workers.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "serve/job_queue.h"
#include "serve/metrics.h"
#include "serve/models.h"
#include "serve/router.h"
#include "serve/segment_service.h"
#include "serve/session_store.h"
#include "serve/settings.h"
#include "serve/worker.h"

namespace relprompt::serve {

/// Any thread, but for the constructor and what it calls.
class Application {
 public:
  /// Opens the models and starts the workers. Throws Error.
  explicit Application(const ServerSettings& settings);
  ~Application();

  const ServerSettings& settings() const { return settings_; }

  /// Judges a request by its head, before its body is read. Throws HttpError: 401, 403, 404, 405, 415, 421,
  /// and 503 while the server is ending.
  Match admit(const Request& head) const;

  /// A place in the queue of a lane; false if it is full.
  JobQueue::Place reserve(Lane lane) { return queue_of(lane).reserve(); }

  /// Answers a whole request of kAtOnce.
  Response answer(const Match& match, Request& request);
  /// Answers one of the other lanes, on their threads; `done` is called there, unless nobody waits any more.
  std::shared_ptr<JobControl> submit(JobQueue::Place place, Match match, Request request,
                                     std::function<void(Response)> done);

  /// From now on the server is not ready, and takes no more work for its queues.
  void stop_taking_work() { ending_ = true; }
  bool ending() const { return ending_; }

  Metrics& metrics() { return metrics_; }
  const Router& router() const { return router_; }
  std::atomic<std::size_t>& connections() { return connections_; }

  // For the routes.
  Models& models() { return models_; }
  SessionStore& sessions() { return sessions_; }
  SegmentService& segments() { return segments_; }
  Gauges gauges() const;
  /// What a request that a client watches is doing. Throws HttpError(404).
  Response progress(const std::string& word) const;

 private:
  JobQueue& queue_of(Lane lane) { return lane == Lane::kLight ? light_queue_ : queue_; }
  void watch(const Request& request, const std::shared_ptr<JobControl>& control);

  const ServerSettings settings_;
  Metrics metrics_;
  Models models_;
  SessionStore sessions_;
  SegmentService segments_;
  Router router_;
  std::atomic<bool> ending_{false};
  std::atomic<std::size_t> connections_{0};
  mutable std::mutex watched_mutex_;
  std::unordered_map<std::string, std::weak_ptr<JobControl>> watched_;
  JobQueue queue_, light_queue_;
  WorkerPool workers_, light_workers_;  ///< last: their threads use everything above
};

/// The tables of paths, each in a file of its own.
void add_common_routes(Router& router, Application& application);
void add_v1_routes(Router& router, Application& application);
void add_session_routes(Router& router, Application& application);
void add_v2_routes(Router& router, Application& application);
void add_label_studio_routes(Router& router, Application& application);

/// Calls the handler and makes an answer of whatever it throws.
Response guarded_answer(const Handler& handler, const Call& call);

}  // namespace relprompt::serve
