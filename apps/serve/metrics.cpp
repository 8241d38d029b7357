#include "serve/metrics.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include <fmt/format.h>
#include <unistd.h>

#include "relprompt/version.h"

#include "base/resident_memory.h"

namespace relprompt::serve {
namespace {

using Output = std::back_insert_iterator<std::string>;

void about(Output to, const char* name, const char* type, const char* help) {
  fmt::format_to(to, "# HELP {0} {2}\n# TYPE {0} {1}\n", name, type, help);
}

template <class Number>
void single(Output to, const char* name, const char* type, const char* help, Number value) {
  about(to, name, type, help);
  fmt::format_to(to, "{} {}\n", name, value);
}

}  // namespace

void Metrics::count_request(const std::string& route, int status, double seconds) {
  const std::lock_guard<std::mutex> lock(mutex_);
  ++requests_[{route, status}];
  auto& histogram = latency_[route];
  const auto bucket = std::lower_bound(kBounds.begin(), kBounds.end(), seconds) - kBounds.begin();
  ++histogram.counts[static_cast<std::size_t>(bucket)];
  histogram.sum += seconds;
}

void Metrics::count_windows(std::size_t windows) {
  const std::lock_guard<std::mutex> lock(mutex_);
  windows_ += windows;
}

void Metrics::add_stage(const std::string& stage, double seconds) {
  const std::lock_guard<std::mutex> lock(mutex_);
  stages_[stage] += seconds;
}

std::string Metrics::text(const Gauges& now) const {
  std::string text;
  Output to(text);
  about(to, "relprompt_build_info", "gauge", "Version of the program.");
  fmt::format_to(to, "relprompt_build_info{{version=\"{}\"}} 1\n", RELPROMPT_VERSION);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    about(to, "relprompt_requests_total", "counter", "Requests by path and status.");
    for (const auto& [key, count] : requests_)
      fmt::format_to(to, "relprompt_requests_total{{path=\"{}\",status=\"{}\"}} {}\n", key.first, key.second,
                     count);
    const char* const latency = "relprompt_request_duration_seconds";
    about(to, latency, "histogram", "From a request's head to its answer.");
    for (const auto& [route, histogram] : latency_) {
      std::uint64_t sum = 0;
      for (std::size_t i = 0; i < kBounds.size(); ++i) {
        sum += histogram.counts[i];
        fmt::format_to(to, "{}_bucket{{path=\"{}\",le=\"{}\"}} {}\n", latency, route, kBounds[i], sum);
      }
      sum += histogram.counts.back();
      fmt::format_to(to, "{}_bucket{{path=\"{}\",le=\"+Inf\"}} {}\n", latency, route, sum);
      fmt::format_to(to, "{0}_sum{{path=\"{1}\"}} {2}\n{0}_count{{path=\"{1}\"}} {3}\n", latency, route,
                     histogram.sum, sum);
    }
    about(to, "relprompt_stage_seconds_total", "counter", "Where the time of images went.");
    for (const auto& [stage, seconds] : stages_)
      fmt::format_to(to, "relprompt_stage_seconds_total{{stage=\"{}\"}} {}\n", stage, seconds);
    single(to, "relprompt_windows_total", "counter", "Windows computed.", windows_);
  }
  single(to, "relprompt_queue_requests", "gauge", "Requests that wait or arrive.", now.queue);
  single(to, "relprompt_queue_capacity", "gauge", "Most of them.", now.queue_capacity);
  single(to, "relprompt_running_requests", "gauge", "Requests that are being computed.", now.running);
  single(to, "relprompt_workers", "gauge", "Threads that compute requests.", now.workers);
  single(to, "relprompt_connections", "gauge", "Open connections.", now.connections);
  single(to, "relprompt_class_cache_hits_total", "counter", "Class lists that were embedded already.",
         now.class_hits);
  single(to, "relprompt_class_cache_misses_total", "counter", "Class lists that the text tower read.",
         now.class_misses);
  single(to, "relprompt_sessions", "gauge", "Kept sessions.", now.sessions);
  single(to, "relprompt_session_bytes", "gauge", "Memory of kept sessions.", now.session_bytes);
  single(to, "process_resident_memory_bytes", "gauge", "Memory of the process.", resident_bytes());
  return text;
}

}  // namespace relprompt::serve
