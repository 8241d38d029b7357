#include "serve/router.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace relprompt::serve {
namespace {

bool takes(const Route& route, const std::string& type) {
  return std::any_of(route.types.begin(), route.types.end(), [&](const std::string& known) {
    if (known.size() > 2 && known.compare(known.size() - 2, 2, "/*") == 0)
      return type.compare(0, known.size() - 1, known, 0, known.size() - 1) == 0 &&
             type.size() >= known.size();
    return known == type;
  });
}

}  // namespace

bool matches(const std::string& pattern, const std::string& path, std::vector<std::string>& parts) {
  parts.clear();
  std::size_t p = 0, at = 0;
  while (p < pattern.size()) {
    if (pattern.compare(p, 2, "{}") != 0) {
      if (at >= path.size() || path[at] != pattern[p]) return false;
      ++p, ++at;
      continue;
    }
    p += 2;
    // Up to the text behind the {}, which begins with a slash or ends the path (".png").
    const auto next = std::min(pattern.find('/', p), pattern.size());
    const auto tail = pattern.substr(p, next - p);
    const auto end = std::min(path.find('/', at), path.size());
    if (end - at <= tail.size() || path.compare(end - tail.size(), tail.size(), tail) != 0) return false;
    parts.push_back(path.substr(at, end - at - tail.size()));
    p += tail.size();
    at = end;
  }
  return at == path.size();
}

Match Router::find(const Request& head) const {
  const std::string& method = head.method == "HEAD" ? "GET" : head.method;
  Match match;
  bool known = false;
  for (const auto& route : routes_) {
    if (!matches(route.pattern, head.path, match.parts)) continue;
    known = true;
    if (route.method != method) continue;
    match.route = &route;
    const auto type = media_type(head.header("content-type"));
    if (!route.types.empty() && !takes(route, type)) {
      throw HttpError(
          415,
          fmt::format("{} takes no \"{}\"", route.pattern, type.empty() ? "body without Content-Type" : type),
          fmt::format("Content-Type: {}", fmt::join(route.types, ", ")));
    }
    return match;
  }
  if (!known) throw HttpError(404, "there is nothing at this path", "GET /openapi.json lists the paths");
  throw HttpError(405, fmt::format("this path is not for {}", head.method),
                  "possible: " + methods_of(head.path));
}

std::string Router::methods_of(const std::string& path) const {
  std::string methods;
  std::vector<std::string> parts;
  for (const auto& route : routes_) {
    if (!matches(route.pattern, path, parts)) continue;
    methods += (methods.empty() ? "" : ", ") + route.method;
    if (route.method == "GET") methods += ", HEAD";
  }
  return methods;
}

}  // namespace relprompt::serve
