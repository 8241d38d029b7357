#include "hub/url.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

namespace relprompt::hub {
namespace {

constexpr std::size_t kMaxUrl = 8192;

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

bool is_scheme(std::string_view text) {
  const auto fits = [](unsigned char c) { return std::isalnum(c) != 0 || c == '+' || c == '-' || c == '.'; };
  return !text.empty() && std::all_of(text.begin(), text.end(), fits);
}

/// Where the scheme ends; npos if there is none.
std::size_t scheme_end(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || !is_scheme(text.substr(0, colon))) return std::string_view::npos;
  return colon;
}

}  // namespace

std::optional<Url> parse_url(std::string_view text) {
  text = text.substr(0, text.find('#'));
  const auto colon = scheme_end(text);
  if (text.size() > kMaxUrl || colon == std::string_view::npos || text.substr(colon, 3) != "://")
    return std::nullopt;
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
  const auto host_at = colon + 3;
  const auto path_at = std::min(text.find_first_of("/?", host_at), text.size());
  const auto host = text.substr(host_at, path_at - host_at);
  if (!plain || host.empty() || host.find_first_of("@\\") != std::string_view::npos) return std::nullopt;
  Url url;
  url.scheme = lower(text.substr(0, colon));
  url.origin = lower(text.substr(0, path_at));
  url.path = text.substr(path_at);
  if (url.path.empty() || url.path.front() != '/') url.path.insert(0, 1, '/');
  return url;
}

bool is_relative(std::string_view location) {
  return scheme_end(location) == std::string_view::npos && location.substr(0, 2) != "//" &&
         location.find('\\') == std::string_view::npos;
}

std::optional<Url> join_url(const Url& base, std::string_view location) {
  if (!is_relative(location)) {
    const bool host = location.substr(0, 2) == "//";
    return parse_url(host ? fmt::format("{}:{}", base.scheme, location) : std::string(location));
  }
  const auto path = base.path.substr(0, base.path.find('?'));
  const auto folder = path.substr(0, path.rfind('/') + 1);
  const char first = location.empty() ? '?' : location.front();
  const auto start = first == '/' ? std::string() : first == '?' ? path : folder;
  return parse_url(fmt::format("{}{}{}", base.origin, start, location));
}

std::optional<Url> allowed_redirect(const Url& base, std::string_view location, const Url& hub) {
  const auto next = join_url(base, location);
  const bool web = next && (next->scheme == "https" || (next->scheme == "http" && hub.scheme == "http"));
  return web ? next : std::nullopt;
}

std::string url_path(std::string_view path, bool keep_slashes) {
  std::string text;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = std::isalnum(byte) != 0 || c == '-' || c == '.' || c == '_' || c == '~';
    if (plain || (keep_slashes && c == '/')) {
      text += c;
    } else {
      text += fmt::format("%{:02X}", byte);
    }
  }
  return text;
}

}  // namespace relprompt::hub
