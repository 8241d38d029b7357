// Numbers about what the server did, as Prometheus reads them.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>

namespace relprompt::serve {

/// What is counted elsewhere, as it is now.
struct Gauges {
  std::size_t queue = 0, queue_capacity = 0, running = 0, workers = 0, connections = 0, sessions = 0;
  std::size_t session_bytes = 0;
  std::uint64_t class_hits = 0, class_misses = 0;
};

/// Any thread.
class Metrics {
 public:
  /// route: a pattern of the route table, so that labels are few.
  void count_request(const std::string& route, int status, double seconds);
  void count_windows(std::size_t windows);
  /// Seconds of the stages of an image: queue, fetch, decode, classes, resize, network, score, encode.
  void add_stage(const std::string& stage, double seconds);

  /// The text exposition format, version 0.0.4.
  std::string text(const Gauges& now) const;

 private:
  static constexpr std::array<double, 14> kBounds = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                                     0.25,  0.5,    1,     2.5,  5,     10,   30};
  struct Histogram {
    std::array<std::uint64_t, kBounds.size() + 1> counts{};  ///< the last one: above all bounds
    double sum = 0;
  };

  mutable std::mutex mutex_;
  std::map<std::pair<std::string, int>, std::uint64_t> requests_;
  std::map<std::string, Histogram> latency_;
  std::map<std::string, double> stages_;
  std::uint64_t windows_ = 0;
};

}  // namespace relprompt::serve
