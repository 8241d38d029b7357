// Addresses of the Web, as far as redirects need them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace relprompt::hub {

struct Url {
  std::string scheme;  ///< in lower case
  std::string origin;  ///< scheme://host[:port], in lower case
  std::string path;    ///< from the first '/' on, with the query; '/' at least

  std::string text() const { return origin + path; }
  /// Without the query, which may hold a signature: for messages.
  std::string shown() const { return origin + path.substr(0, path.find('?')); }
};

/// Nothing for what is no address: no scheme and host, user names, blanks, controls, no ASCII, or more than
/// 8 KiB.
std::optional<Url> parse_url(std::string_view text);

/// True if a redirect names a place on the same host, such as "/api/x" or "x".
bool is_relative(std::string_view location);

/// The place that a redirect from `base` names. Nothing for what is no address.
std::optional<Url> join_url(const Url& base, std::string_view location);

/// The place that a file may be fetched from after a redirect: https, or http where the hub itself is asked
/// over http. Nothing for any other.
std::optional<Url> allowed_redirect(const Url& base, std::string_view location, const Url& hub);

/// A path for an address: '/' stays, what is no letter, digit, '-', '.', '_' or '~' is percent-encoded.
std::string url_path(std::string_view path, bool keep_slashes = true);

}  // namespace relprompt::hub
