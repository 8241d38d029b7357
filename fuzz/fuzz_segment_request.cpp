// Arbitrary bytes as a request for masks: the first byte chooses JSON, multipart, a query, tensors, or new
// thresholds for kept scores. Refused as the client's fault, or within the server's limits.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "check.h"
#include "serve/inference_request.h"
#include "serve/segment_request.h"

namespace {

using namespace relprompt;

enum Way { kJson, kForm, kQuery, kTensors, kRelabel, kWays };

/// What was asked for before, changed by the body's fields.
serve::SegmentRequest relabelled(const serve::Request& request, const serve::ServerSettings& settings) {
  serve::SegmentRequest before;
  before.image = "pixels";
  before.classes = parse_class_list("road, car;vehicle, sky");
  before.outputs = {"labels"};
  before.text.use_cache = false;
  serve::parse_relabel(request, settings, before);
  return before;
}

serve::SegmentRequest read(int way, const std::string& bytes, const serve::ServerSettings& settings) {
  if (way == kTensors) {
    const auto line = std::min(bytes.find('\n'), bytes.size());
    const auto body = bytes.substr(std::min(line + 1, bytes.size()));
    return serve::segment_request_of(serve::parse_inference(body, bytes.substr(0, line)), "m", settings);
  }
  serve::Request request;
  const char* const types[] = {"application/json", "multipart/form-data; boundary=xx", "image/png"};
  if (way == kRelabel) {
    request.headers["content-type"] = types[kJson];
    request.body = bytes;
    return relabelled(request, settings);
  }
  request.headers["content-type"] = types[way];
  request.body = way == kQuery ? "pixels" : bytes;
  if (way == kQuery) {
    const auto target = serve::parse_target("/?" + bytes);
    if (target) request.query = target->query;
  }
  return serve::parse_segment(request, settings);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  serve::ServerSettings settings;
  settings.max_body = 1 << 20;
  settings.max_classes = 50;
  try {
    const auto request =
        read(data[0] % kWays, std::string(reinterpret_cast<const char*>(data) + 1, size - 1), settings);
    fuzz::check(request.classes.size() > 0 && request.classes.size() <= 50);
    fuzz::check(!request.image.empty() || request.pixels);
    fuzz::check(!request.text.use_cache);
  } catch (const serve::HttpError& error) {
    fuzz::check(error.status() >= 400 && error.status() < 500);
  } catch (const Error& error) {
    fuzz::check(exit_status(error.code()) == 2);
  }
  return 0;
}
