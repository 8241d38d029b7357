#include "hub/web_fetch.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "base/printable.h"
#include "hub/answers.h"
#include "hub/url.h"

namespace relprompt::hub {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kMostRedirects = 5;
// A host that accepts no connection, or falls silent for so long, is given up.
constexpr double kMostSilence = 10;

bool is_host(std::string_view host) {
  const bool six = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (six) host = host.substr(1, host.size() - 2);
  const std::string_view letters = six ? "0123456789abcdef:." : "abcdefghijklmnopqrstuvwxyz0123456789-._";
  return !host.empty() && host.find_first_not_of(letters) == std::string_view::npos;
}

/// scheme://host[:port] without the scheme's own port; empty for what is no such origin, or not of the Web.
std::string plain_origin(const Url& url) {
  const std::string_view own = url.scheme == "https" ? ":443" : url.scheme == "http" ? ":80" : "";
  std::string_view place = std::string_view(url.origin).substr(url.scheme.size() + 3);
  if (own.empty()) return "";
  const auto bracket = place.rfind(']');
  const auto colon = place.find(':', bracket == std::string_view::npos ? 0 : bracket);
  const auto host = place.substr(0, colon);
  auto port = colon == std::string_view::npos ? std::string_view() : place.substr(colon);
  if (!is_host(host)) return "";
  if (!port.empty()) {
    std::uint32_t number = 0;
    const auto end = std::from_chars(port.data() + 1, port.data() + port.size(), number);
    const bool whole = end.ec == std::errc() && end.ptr == port.data() + port.size() && port[1] != '0';
    if (!whole || number > 65535) return "";
    if (port == own) port = {};
  }
  return fmt::format("{}://{}{}", url.scheme, host, port);
}

/// An answer that is kept while it is wanted.
class KeptAnswer final : public HttpBody {
 public:
  explicit KeptAnswer(const WebRules& rules) : rules_(rules) {}

  bool begin(const HttpHead& head) override {
    if (head.status != 200) return false;
    std::uint64_t length = 0;
    const auto text = head.get("content-length");
    const auto end = std::from_chars(text.data(), text.data() + text.size(), length);
    too_long_ = end.ec == std::errc::result_out_of_range || length > rules_.max_bytes;
    return !too_long_ && wanted();
  }
  bool take(const char* bytes, std::size_t count) override {
    too_long_ = count > rules_.max_bytes - bytes_.size();
    if (too_long_ || !wanted()) return false;
    bytes_.append(bytes, count);
    return true;
  }

  bool too_long() const { return too_long_; }
  bool stopped() const { return stopped_; }
  std::string& bytes() { return bytes_; }

 private:
  bool wanted() {
    stopped_ = rules_.stop && rules_.stop();
    return !stopped_;
  }

  const WebRules& rules_;
  std::string bytes_;
  bool too_long_ = false, stopped_ = false;
};

[[noreturn]] void not_reached(const Url& url, const std::string& reason) {
  throw Error(ErrorCode::kNoNetwork, fmt::format("{} cannot be fetched: {}", url.origin, printable(reason)));
}

/// The bytes of an answer that is no redirect.
std::string bytes_of(const Url& url, const HttpAnswer& answer, KeptAnswer& body, const WebRules& rules) {
  const int status = answer.head.status;
  if (body.stopped()) throw Error(ErrorCode::kCancelled, "the transfer was stopped");
  if (body.too_long()) {
    throw Error(ErrorCode::kUnreadable,
                fmt::format("{}: the answer is longer than {} bytes", url.origin, rules.max_bytes));
  }
  const bool arrived = answer.end == HttpEnd::kDone || answer.end == HttpEnd::kStopped;
  if (!arrived)
    not_reached(url, answer.end == HttpEnd::kRefused ? "its answer is no orderly HTTP" : answer.reason);
  if (status == 200) return std::move(body.bytes());
  throw Error(status == 404 || status == 410 ? ErrorCode::kNotFound : ErrorCode::kUnreadable,
              fmt::format("{} answers with status {}", url.origin, status));
}

void require_allowed(const std::optional<Url>& url, const WebRules& rules, bool redirect) {
  const auto origin = url ? plain_origin(*url) : std::string();
  if (!origin.empty() && std::count(rules.origins.begin(), rules.origins.end(), origin) > 0) return;
  if (redirect)
    throw Error(ErrorCode::kBadArgument, "the address redirects to a place that may not be asked");
  if (origin.empty())
    throw Error(ErrorCode::kBadArgument, "this is no address such as https://host/image.png");
  throw Error(ErrorCode::kBadArgument, fmt::format("{} may not be asked", origin));
}

}  // namespace

std::string web_origin(std::string_view host) {
  const bool scheme = host.find("://") != std::string_view::npos;
  const auto url = parse_url(scheme ? std::string(host) : fmt::format("https://{}", host));
  const bool bare = url && host.find_first_of("#?") == std::string_view::npos &&
                    host.find('/', scheme ? url->scheme.size() + 3 : 0) == std::string_view::npos;
  auto origin = bare ? plain_origin(*url) : std::string();
  if (!origin.empty()) return origin;
  throw Error(ErrorCode::kBadArgument, fmt::format("\"{}\" is no host that can be asked", printable(host)),
              "HOST or HOST:PORT for https, or http://HOST[:PORT]; without a path, user name or '*'");
}

std::string fetch_web(std::string_view address, const WebRules& rules, Transport& transport) {
  const auto end = Clock::now() + std::chrono::milliseconds(static_cast<std::int64_t>(rules.seconds * 1e3));
  auto url = parse_url(address);
  require_allowed(url, rules, false);
  for (int hops = 0;; ++hops) {
    const double left = std::chrono::duration<double>(end - Clock::now()).count();
    if (left <= 0.001) not_reached(*url, "no answer in time");
    HttpRequest request;
    request.url = url->text();
    request.whole = left;
    request.connect = request.silence = std::min(left, kMostSilence);
    KeptAnswer body(rules);
    const auto answer = transport.perform(request, body);
    if (!is_redirect(answer.head.status)) return bytes_of(*url, answer, body, rules);
    if (hops == kMostRedirects) not_reached(*url, fmt::format("more than {} redirects", kMostRedirects));
    const auto next = join_url(*url, answer.head.get("location"));
    require_allowed(next, rules, true);
    if (rules.stop && rules.stop()) throw Error(ErrorCode::kCancelled, "the transfer was stopped");
    url = next;
  }
}

}  // namespace relprompt::hub
