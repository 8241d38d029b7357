#include "serve/multipart.h"

#include <algorithm>

#include "serve/http.h"

namespace relprompt::serve {
namespace {

[[noreturn]] void malformed(const std::string& what) {
  throw HttpError(400, "malformed multipart body: " + what,
                  "send it as `curl -F image=@street.jpg -F classes=road,sky` does");
}

/// Takes the headers of a part off the front of it.
Part read_headers(std::string_view part) {
  const auto end = part.find("\r\n\r\n");
  const bool none = part.substr(0, 2) == "\r\n";
  if (end == std::string_view::npos && !none) malformed("a part's headers do not end");
  const auto length = none ? 0 : end;
  if (length > kMaxPartHeaders) malformed("a part's headers are larger than 4096 bytes");
  Part result;
  std::string_view lines = part.substr(0, length);
  result.content = part.substr(none ? 2 : end + 4);
  while (!lines.empty()) {
    const auto line_end = std::min(lines.find("\r\n"), lines.size());
    const auto line = lines.substr(0, line_end);
    lines.remove_prefix(std::min(line_end + 2, lines.size()));
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) malformed("a header without a colon");
    const auto name = lower_case(line.substr(0, colon));
    const auto value = trimmed(line.substr(colon + 1));
    if (name == "content-type") result.content_type = value;
    if (name != "content-disposition") continue;
    if (media_type(value) != "form-data") malformed("a part that is no form-data");
    result.name = parameter(value, "name");
    result.file_name = parameter(value, "filename");
  }
  if (result.name.empty()) malformed("a part without a name");
  return result;
}

}  // namespace

std::vector<Part> parse_multipart(std::string_view body, std::string_view content_type) {
  const auto boundary = parameter(content_type, "boundary");
  if (boundary.empty() || boundary.size() > 70)
    malformed("its Content-Type needs a boundary of 1 to 70 characters");
  const std::string first = "--" + boundary, next = "\r\n" + first;
  // A preamble may stand before the first boundary, at the beginning of a line.
  std::size_t at = 0;
  if (body.substr(0, first.size()) != first) {
    at = body.find(next);
    if (at == std::string_view::npos) malformed("the boundary of its Content-Type does not occur");
    at += 2;
  }
  at += first.size();
  std::vector<Part> parts;
  for (;;) {
    if (body.substr(at, 2) == "--") return parts;
    at = std::min(body.find_first_not_of(" \t", at), body.size());
    if (body.substr(at, 2) != "\r\n") malformed("it ends without its closing boundary");
    at += 2;
    const auto end = body.find(next, at);
    if (end == std::string_view::npos) malformed("it ends without its closing boundary");
    if (parts.size() == kMaxParts) malformed("more than 64 parts");
    parts.push_back(read_headers(body.substr(at, end - at)));
    at = end + next.size();
  }
}

}  // namespace relprompt::serve
