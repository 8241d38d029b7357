#include "serve/fetched_image.h"

#include <algorithm>

#include <fmt/format.h>

#include "relprompt/fetch.h"

#include "serve/http.h"

namespace relprompt::serve {
namespace {

// A worker waits while an image comes in, so that a slow host must not hold it for long.
constexpr double kMostSeconds = 20;

}  // namespace

std::string fetch_image(const std::string& url, const ServerSettings& settings, const JobControl& control) {
  const std::chrono::duration<double> left = control.deadline - JobControl::Clock::now();
  FetchOptions options;
  options.origins = settings.fetch_origins;
  options.max_bytes = settings.max_body;
  options.seconds = std::clamp(left.count(), 0.01, kMostSeconds);
  options.stop = [&control] { return control.stopped(); };
  try {
    auto bytes = fetch_url(url, options);
    if (bytes.empty()) throw HttpError(502, "the image's address gives an empty answer");
    return bytes;
  } catch (const Error& error) {
    const auto about = http_error(error);
    const auto code = name_of(error.code());
    switch (error.code()) {
      case ErrorCode::kBadArgument:
        throw HttpError(
            400, fmt::format("the image's address: {}", about.what()),
            "send the image itself as base64, or start the server with --allow-fetch HOST for each "
            "host that it leads to",
            code);
      case ErrorCode::kNotFound:
      case ErrorCode::kUnreadable:
        throw HttpError(502, fmt::format("the image's address: {}", about.what()), "", code);
      case ErrorCode::kNoNetwork:
        // The reason may tell addresses inside the server's network.
        throw HttpError(502, "the image's host cannot be reached, broke off or took too long", "", code);
      default:
        throw;
    }
  }
}

}  // namespace relprompt::serve
