// The work of a request for masks: decode, classes, network, labels, outputs, and the description of all
// that.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "serve/job_queue.h"
#include "serve/metrics.h"
#include "serve/models.h"
#include "serve/outputs.h"
#include "serve/segment_request.h"
#include "serve/session_store.h"
#include "serve/worker.h"

namespace relprompt::serve {

/// What is known of an answer when its labels are made.
struct Answer {
  std::string description;  ///< a JSON object without the outputs
  std::vector<Output> outputs;
};

/// What was computed for a request.
struct Computed {
  ModelPointer model;
  ClassesPointer classes;
  Image image;
  Segmentation result;
  SegmentOptions options;  ///< resolved
  std::optional<KeptScores> kept;
  std::vector<std::pair<const char*, double>> stages;  ///< seconds
};

/// Gives the sink of an image's scores, when its size and classes are known; empty: none is wanted.
using SinkMaker = std::function<ScoreSink(const Image& image, std::size_t classes)>;

/// Any thread.
class SegmentService {
 public:
  SegmentService(const ServerSettings& settings, Models& models, SessionStore& sessions, Metrics& metrics)
      : settings_(settings), models_(models), sessions_(sessions), metrics_(metrics) {}

  /// The image's labels; its bytes leave the request. Throws HttpError and Error; Error(kCancelled) when
  /// nobody waits any more or the deadline has passed.
  Computed compute(SegmentRequest& request, Worker& worker, JobControl& control, const SinkMaker& sink);
  /// The same with the outputs that the request names, kept as a session if it says so.
  Answer segment(SegmentRequest request, Worker& worker, JobControl& control);
  /// Labels of a session with other thresholds.
  Answer relabel(const std::string& id, const Session& session, const Request& request);

  Models& models() { return models_; }
  std::size_t most_sessions_of_worker() const { return models_.all().size() + kMostHeads; }

 private:
  const ServerSettings& settings_;
  Models& models_;
  SessionStore& sessions_;
  Metrics& metrics_;
};

/// For segment: tells the control how far the work is, and ends it when nobody waits for it.
WindowProgress watched(JobControl& control);

/// The answer as JSON, outputs in base64; or as a zip of files STEM.* where the client accepts one by name.
Response answer_response(const Answer& answer, const std::string& accept, const std::string& file_name);

}  // namespace relprompt::serve
