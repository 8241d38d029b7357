#include "serve/connection_messages.h"

#include <boost/asio/error.hpp>
#include <boost/beast/core/stream_traits.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/field.hpp>

namespace relprompt::serve {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

Request request_of(const http::request_header<>& head) {
  Request request;
  request.method = std::string(head.method_string());
  if (head.version() != 10 && head.version() != 11)
    throw HttpError(400, "only HTTP/1.0 and HTTP/1.1 are spoken");
  auto target = parse_target({head.target().data(), head.target().size()});
  if (!target) throw HttpError(400, "the request's target is no path with an orderly query");
  request.path = std::move(target->path);
  request.query = std::move(target->query);
  for (const auto& field : head) {
    const auto name = lower_case({field.name_string().data(), field.name_string().size()});
    const std::string value(field.value().data(), field.value().size());
    const bool first = request.headers.emplace(name, value).second;
    const bool once = name == "host" || name == "content-length" || name == "transfer-encoding" ||
                      name == "content-type" || name == "authorization" ||
                      name == "inference-header-content-length";
    if (!first && once) throw HttpError(400, "the header " + name + " is there twice");
  }
  if (request.headers.count("host") == 0 && head.version() == 11)
    throw HttpError(400, "a request of HTTP/1.1 needs a Host header");
  if (!request.header("transfer-encoding").empty() && !request.header("content-length").empty())
    throw HttpError(400, "Transfer-Encoding and Content-Length exclude each other");
  return request;
}

void check_body(const Request& request, const Route& route, bool has_body, bool chunked) {
  const bool wanted = !route.types.empty();
  const auto& transfer = request.header("transfer-encoding");
  const auto& content = request.header("content-encoding");
  if (!wanted && has_body) throw HttpError(400, "this path takes no body");
  if (!transfer.empty() && lower_case(transfer) != "chunked")
    throw HttpError(400, "of Transfer-Encoding only chunked is understood");
  if (wanted && request.header("content-length").empty() && !chunked)
    throw HttpError(411, "the body needs a Content-Length");
  if (!content.empty() && lower_case(content) != "identity")
    throw HttpError(415, "bodies with a Content-Encoding are not read", "send it as it is");
}

bool is_gone(beast::error_code problem) {
  return problem == beast::error::timeout || problem == asio::error::operation_aborted ||
         problem == asio::error::connection_reset || problem == asio::error::broken_pipe;
}

HttpError reading_error(beast::error_code problem) {
  if (problem == http::error::header_limit || problem == http::error::buffer_overflow)
    return {431, "the head of the request is larger than 16 KiB"};
  if (problem == http::error::body_limit) return {413, "the body is larger than --max-body"};
  return {400, "malformed HTTP: " + problem.message()};
}

http::response<http::string_body> beast_answer(Response response, bool keep_alive, bool no_body) {
  http::response<http::string_body> answer;
  answer.version(11);
  answer.result(static_cast<unsigned>(response.status));
  const auto reason = reason_of(response.status);
  answer.reason({reason.data(), reason.size()});
  answer.set("Server", "relprompt");
  answer.set("X-Content-Type-Options", "nosniff");
  if (!response.type.empty()) answer.set(http::field::content_type, response.type);
  for (const auto& [name, value] : response.headers) answer.set(name, value);
  answer.keep_alive(keep_alive);
  if (response.status != 204) answer.content_length(response.body.size());
  if (!no_body) answer.body() = std::move(response.body);
  return answer;
}

}  // namespace relprompt::serve
