#include "serve/http.h"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "base/json_output.h"

namespace relprompt::serve {
namespace {

bool same_word(std::string_view a, std::string_view b) {
  return lower_case(a) == lower_case(b);
}

std::optional<std::string> decoded(std::string_view text, bool plus_is_blank) {
  std::string spaced(text);
  if (plus_is_blank) std::replace(spaced.begin(), spaced.end(), '+', ' ');
  auto bytes = percent_decoded(spaced);
  if (bytes && bytes->find('\0') != std::string::npos) return std::nullopt;
  return bytes;
}

int status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kImageTooLarge:
      return 413;
    case ErrorCode::kNotFound:
      return 404;
    case ErrorCode::kCancelled:
      return 504;
    case ErrorCode::kOutOfMemory:
    case ErrorCode::kInternal:
      return 500;
    default:
      break;
  }
  const int exit = exit_status(code);
  return exit == 2 || exit == 3 ? 400 : 500;
}

}  // namespace

const std::string& Request::header(const std::string& name) const {
  static const std::string none;
  const auto found = headers.find(name);
  return found == headers.end() ? none : found->second;
}

Response error_response(const HttpError& error, std::string_view path) {
  nlohmann::ordered_json about;
  about["status"] = error.status();
  about["code"] = error.code();
  about["message"] = error.what();
  if (!error.hint().empty()) about["hint"] = error.hint();
  Response response;
  response.status = error.status();
  const bool protocol = path.substr(0, 3) == "/v2";
  const auto text = std::string(error.what()) + (error.hint().empty() ? "" : "; " + error.hint());
  response.body = json_text(protocol ? nlohmann::ordered_json{{"error", text}}
                                     : nlohmann::ordered_json{{"error", about}}) +
                  "\n";
  return response;
}

HttpError http_error(const Error& error) {
  // The hint stands on a line of its own.
  const std::string text = error.what();
  const auto line = text.find("\n  ");
  if (line == std::string::npos) return {status_of(error.code()), text, "", name_of(error.code())};
  return {status_of(error.code()), text.substr(0, line), text.substr(line + 3), name_of(error.code())};
}

std::string_view reason_of(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 204:
      return "No Content";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 411:
      return "Length Required";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Content";
    case 431:
      return "Request Header Fields Too Large";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    default:
      return "Internal Server Error";
  }
}

std::optional<Target> parse_target(std::string_view target) {
  if (target.empty() || target.front() != '/') return std::nullopt;
  Target result;
  const auto mark = target.find('?');
  const auto path = decoded(target.substr(0, mark), false);
  if (!path) return std::nullopt;
  result.path = *path;
  if (mark == std::string_view::npos) return result;
  auto rest = target.substr(mark + 1);
  while (!rest.empty()) {
    const auto end = std::min(rest.find('&'), rest.size());
    const auto pair = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (pair.empty()) continue;
    const auto equals = std::min(pair.find('='), pair.size());
    const auto key = decoded(pair.substr(0, equals), true);
    const auto value = decoded(pair.substr(std::min(equals + 1, pair.size())), true);
    if (!key || !value || !result.query.emplace(*key, *value).second) return std::nullopt;
  }
  return result;
}

std::string media_type(std::string_view content_type) {
  return lower_case(trimmed(content_type.substr(0, content_type.find(';'))));
}

std::string parameter(std::string_view value, std::string_view name) {
  auto at = value.find(';');
  while (at != std::string_view::npos) {
    auto rest = trimmed(value.substr(at + 1));
    const auto equals = rest.find('=');
    if (equals == std::string_view::npos) return "";
    const bool wanted = same_word(trimmed(rest.substr(0, equals)), name);
    rest = trimmed(rest.substr(equals + 1));
    std::string text;
    std::size_t i = 0;
    const bool quoted = !rest.empty() && rest.front() == '"';
    if (quoted) {
      for (i = 1; i < rest.size() && rest[i] != '"'; ++i) {
        if (rest[i] == '\\' && i + 1 < rest.size() && (rest[i + 1] == '"' || rest[i + 1] == '\\')) ++i;
        text += rest[i];
      }
    } else {
      text = trimmed(rest.substr(0, rest.find(';')));
    }
    if (wanted) return text;
    const auto next = rest.find(';', i);
    if (next == std::string_view::npos) return "";
    value = rest;
    at = next;
  }
  return "";
}

bool accepts(std::string_view accept, std::string_view type) {
  while (!accept.empty()) {
    const auto end = std::min(accept.find(','), accept.size());
    if (media_type(accept.substr(0, end)) == type) return true;
    accept.remove_prefix(std::min(end + 1, accept.size()));
  }
  return false;
}

std::string lower_case(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), [](unsigned char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : static_cast<char>(c);
  });
  return result;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

}  // namespace relprompt::serve
