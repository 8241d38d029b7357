#include "serve/token.h"

#include <algorithm>
#include <fstream>

#include <fmt/format.h>

#include "serve/base64.h"

namespace relprompt::serve {

std::string read_token(const std::filesystem::path& file) {
  std::error_code problem;
  if (!std::filesystem::exists(file, problem)) {
    throw Error(ErrorCode::kNotFound, fmt::format("--token-file: there is no file {}", file.string()),
                "make one: `head -c 24 /dev/urandom | base64 > token; chmod 600 token`");
  }
  std::ifstream stream(file);
  std::string line;
  if (!stream || !std::getline(stream, line)) {
    throw Error(ErrorCode::kUnreadable,
                fmt::format("--token-file: {} cannot be read or is empty", file.string()));
  }
  if (!line.empty() && line.back() == '\r') line.pop_back();
  const bool plain = std::all_of(line.begin(), line.end(), [](char c) { return c > ' ' && c < '\x7f'; });
  if (line.size() < 16 || line.size() > 1024 || !plain) {
    throw Error(ErrorCode::kBadArgument, fmt::format("--token-file: the first line of {} is the token: 16 to "
                                                     "1024 printable ASCII characters without blanks",
                                                     file.string()));
  }
  return line;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  // Every byte of the token is looked at, whatever the length of what was sent.
  unsigned different = a.size() == b.size() ? 0 : 1;
  for (std::size_t i = 0; i < b.size(); ++i) {
    const char sent = i < a.size() ? a[i] : '\0';
    different |= static_cast<unsigned char>(sent) ^ static_cast<unsigned char>(b[i]);
  }
  return different == 0;
}

bool carries_token(const Request& request, std::string_view token) {
  const std::string_view value = request.header("authorization");
  const auto blank = value.find(' ');
  if (blank == std::string_view::npos) return false;
  const auto scheme = lower_case(value.substr(0, blank));
  const auto rest = trimmed(value.substr(blank + 1));
  if (scheme == "bearer") return equal_in_constant_time(rest, token);
  if (scheme != "basic") return false;
  const auto pair = from_base64(rest);
  const auto colon = pair ? pair->find(':') : std::string::npos;
  if (colon == std::string::npos) return false;
  return equal_in_constant_time(std::string_view(*pair).substr(colon + 1), token);
}

bool names_loopback(std::string_view host) {
  const auto bracket = host.find(']');
  const auto colon = host.find(':', bracket == std::string_view::npos ? 0 : bracket);
  const auto name = lower_case(host.substr(0, colon));
  if (name == "localhost" || name == "[::1]") return true;
  const bool digits = name.find_first_not_of("0123456789.") == std::string::npos;
  return digits && name.compare(0, 4, "127.") == 0;
}

}  // namespace relprompt::serve
