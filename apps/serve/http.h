// A request and its answer as values. Everything of the server but the connections themselves speaks in these
// and knows nothing of sockets, so that it can be tested without any.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "relprompt/error.h"

namespace relprompt::serve {

struct Request {
  std::string method;  ///< upper case
  std::string path;    ///< percent-decoded, without the query
  std::map<std::string, std::string> query;
  std::map<std::string, std::string> headers;  ///< names in lower case; of several lines the first
  std::string body;

  /// The value of a header, by its name in lower case; empty if it is absent.
  const std::string& header(const std::string& name) const;
};

struct Response {
  int status = 200;
  std::string type = "application/json";  ///< empty: no body
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;  ///< beside type and length
};

/// What ends a request early: an HTTP status with a sentence for people.
class HttpError : public std::exception {
 public:
  HttpError(int status, std::string message, std::string hint = "", const char* code = "http")
      : status_(status), code_(code), message_(std::move(message)), hint_(std::move(hint)) {}
  const char* what() const noexcept override { return message_.c_str(); }
  int status() const { return status_; }
  const std::string& code() const { return code_; }
  const std::string& hint() const { return hint_; }

 private:
  int status_;
  std::string code_, message_, hint_;
};

/// {"error": {"status", "code", "message", "hint"}}; of a path below /v2, whose protocol says so, {"error":
/// message}.
Response error_response(const HttpError& error, std::string_view path = "");

/// The status that stands for an error of the library, and its message. `of_request`: the error came from
/// what the client sent, not from the server's own files.
HttpError http_error(const Error& error);

/// The standard phrase of a status: "Not Found".
std::string_view reason_of(int status);

/// A request target, such as "/v1/segment?classes=a%2Cb", as path and query. '+' in a query is a blank.
/// nullopt for one that is no absolute path, has bad percent codes, a NUL, or a key twice.
struct Target {
  std::string path;
  std::map<std::string, std::string> query;
};
std::optional<Target> parse_target(std::string_view target);

/// "multipart/form-data; boundary=x" without its parameters, in lower case.
std::string media_type(std::string_view content_type);

/// The parameter of a header's value, without quotes; empty if it is absent.
std::string parameter(std::string_view value, std::string_view name);

/// Whether a type is among those of an Accept header by its own name: "*/*" does not count.
bool accepts(std::string_view accept, std::string_view type);

std::string lower_case(std::string_view text);
std::string_view trimmed(std::string_view text);

}  // namespace relprompt::serve
