#include "serve/metrics.h"

#include <gmock/gmock.h>

#include "base/resident_memory.h"

namespace relprompt::serve {
namespace {

using testing::HasSubstr;

TEST(Metrics, AreWrittenAsPrometheusReadsThem) {
  Metrics metrics;
  metrics.count_request("/v1/segment", 200, 0.02);
  metrics.count_request("/v1/segment", 200, 0.3);
  metrics.count_request("/v1/segment", 503, 99);
  metrics.count_windows(12);
  metrics.add_stage("network", 0.25);
  metrics.add_stage("network", 0.5);
  Gauges now;
  now.queue = 3;
  const auto text = metrics.text(now);
  for (const char* line :
       {"relprompt_requests_total{path=\"/v1/segment\",status=\"200\"} 2\n",
        "relprompt_requests_total{path=\"/v1/segment\",status=\"503\"} 1\n",
        "relprompt_request_duration_seconds_bucket{path=\"/v1/segment\",le=\"0.01\"} 0\n",
        "relprompt_request_duration_seconds_bucket{path=\"/v1/segment\",le=\"0.025\"} 1\n",
        "relprompt_request_duration_seconds_bucket{path=\"/v1/segment\",le=\"0.5\"} 2\n",
        "relprompt_request_duration_seconds_bucket{path=\"/v1/segment\",le=\"+Inf\"} 3\n",
        "relprompt_request_duration_seconds_count{path=\"/v1/segment\"} 3\n",
        "relprompt_stage_seconds_total{stage=\"network\"} 0.75\n", "relprompt_windows_total 12\n",
        "relprompt_queue_requests 3\n", "# TYPE relprompt_request_duration_seconds histogram\n"})
    EXPECT_THAT(text, HasSubstr(line));
  EXPECT_GT(resident_bytes(), 1000u);
}

}  // namespace
}  // namespace relprompt::serve
