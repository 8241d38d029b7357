// Which function answers which path, and what may be said about a request before its body has arrived.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "serve/http.h"
#include "serve/job_queue.h"

namespace relprompt::serve {

/// Where a request is answered.
enum class Lane {
  kAtOnce,   ///< on the thread of the connections: microseconds
  kLight,    ///< milliseconds, on a thread beside the workers
  kCompute,  ///< on a worker, after those in the queue
};

/// What a handler is called with. worker and control are nullptr in kAtOnce.
struct Call {
  Request& request;
  std::vector<std::string> parts;  ///< what stood for the {} of the pattern
  Worker* worker = nullptr;
  JobControl* control = nullptr;
};
using Handler = std::function<Response(const Call&)>;

struct Route {
  std::string method;
  std::string pattern;  ///< "/v1/sessions/{}/relabel"; {} is one segment of a path, or a part of one
  Lane lane = Lane::kAtOnce;
  std::vector<std::string> types;  ///< of a body: "application/json", "image/*"; empty: there is none
  bool open = false;               ///< answered without a token
  Handler handler;
};

struct Match {
  const Route* route = nullptr;
  std::vector<std::string> parts;
};

class Router {
 public:
  void add(Route route) { routes_.push_back(std::move(route)); }
  const std::vector<Route>& routes() const { return routes_; }

  /// HEAD is answered as GET. Throws HttpError: 404; 405; 415 for a body of another type.
  Match find(const Request& head) const;
  /// Methods of a path, for Allow; empty if there is no such path.
  std::string methods_of(const std::string& path) const;

 private:
  std::vector<Route> routes_;
};

/// The parts of a path that stand for the {} of a pattern; false if it is another path. A part is not empty
/// and has no slash.
bool matches(const std::string& pattern, const std::string& path, std::vector<std::string>& parts);

}  // namespace relprompt::serve
