// Arbitrary bytes as what a client sends first: read by the very parser of the connections, judged by its
// head and routed, or refused with an HTTP status of a client's mistake.
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <cstddef>
#include <cstdint>

#include "check.h"
#include "serve/connection_messages.h"
#include "serve/router.h"

namespace {

using namespace relprompt;
namespace http = boost::beast::http;

serve::Router router() {
  serve::Router router;
  const auto answer = [](const serve::Call&) { return serve::Response(); };
  router.add({"GET", "/v1/models", serve::Lane::kAtOnce, {}, true, answer});
  router.add({"POST",
              "/v1/segment",
              serve::Lane::kCompute,
              {"application/json", "multipart/form-data", "image/*"},
              false,
              answer});
  router.add({"GET", "/v1/sessions/{}/scores/{}.png", serve::Lane::kLight, {}, false, answer});
  return router;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const serve::Router routes = router();
  http::request_parser<http::empty_body> parser;
  parser.header_limit(16384);
  boost::beast::error_code problem;
  parser.put(boost::asio::buffer(data, size), problem);
  if (problem) {
    fuzz::check(serve::reading_error(problem).status() >= 400);
    return 0;
  }
  if (!parser.is_header_done()) return 0;
  try {
    const auto request = serve::request_of(parser.get().base());
    const auto match = routes.find(request);
    fuzz::check(match.route != nullptr);
    serve::check_body(request, *match.route, size > 0, parser.chunked());
    for (const auto& part : match.parts) fuzz::check(!part.empty() && part.find('/') == std::string::npos);
  } catch (const serve::HttpError& error) {
    fuzz::check(error.status() >= 400 && error.status() < 500);
  }
  return 0;
}
