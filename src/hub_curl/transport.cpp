// librelprompt-hub.so: requests over HTTP through libcurl, and one symbol that offers them.
#include "hub/transport.h"

#include <algorithm>
#include <cctype>
#include <mutex>
#include <string_view>

#include <curl/curl.h>

#include "relprompt/export.h"
#include "relprompt/version.h"

namespace relprompt::hub {
namespace {

constexpr std::size_t kMaxHeaderBytes = std::size_t{64} << 10;

std::string_view trimmed(std::string_view text) {
  const char* blanks = " \t\r\n";
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// One answer on its way in.
struct Arriving {
  HttpBody& body;
  HttpHead head;
  std::size_t header_bytes = 0;
  bool begun = false, stopped = false, too_long = false;

  /// Tells the body once; false if it is not wanted.
  bool begin() {
    if (!begun) {
      begun = true;
      stopped = !body.begin(head);
    }
    return !stopped;
  }
};

std::size_t on_header(char* bytes, std::size_t one, std::size_t count, void* user) {
  auto& arriving = *static_cast<Arriving*>(user);
  const std::size_t size = one * count;
  arriving.header_bytes += size;
  if (arriving.header_bytes > kMaxHeaderBytes) {
    arriving.too_long = true;
    return 0;
  }
  const auto line = trimmed({bytes, size});
  if (line.substr(0, 5) == "HTTP/") {  // a preliminary answer, or a proxy's, stood before
    arriving.head = {};
    return size;
  }
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return size;
  std::string name(line.substr(0, colon));
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  arriving.head.headers[name] = std::string(trimmed(line.substr(colon + 1)));
  return size;
}

class CurlTransport final : public Transport {
 public:
  CurlTransport() : curl_(curl_easy_init()) {}
  ~CurlTransport() override {
    if (curl_ != nullptr) curl_easy_cleanup(curl_);
  }
  CurlTransport(const CurlTransport&) = delete;
  CurlTransport& operator=(const CurlTransport&) = delete;

  HttpAnswer perform(const HttpRequest& request, HttpBody& body) override {
    if (curl_ == nullptr) return {HttpEnd::kNotReached, {}, "libcurl has no memory"};
    Arriving arriving{body, {}};
    current_ = &arriving;
    curl_slist* headers = set_up(request, arriving);
    const CURLcode code = curl_easy_perform(curl_);
    curl_slist_free_all(headers);
    long status = 0;
    curl_easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &status);
    arriving.head.status = static_cast<int>(status);
    if (code == CURLE_OK) arriving.begin();  // an empty body has a beginning too
    return {end_of(code, arriving), arriving.head, code == CURLE_OK ? "" : reason_of(code)};
  }

 private:
  static std::size_t on_body(char* bytes, std::size_t one, std::size_t count, void* user) {
    auto& self = *static_cast<CurlTransport*>(user);
    auto& arriving = *self.current_;
    long status = 0;
    curl_easy_getinfo(self.curl_, CURLINFO_RESPONSE_CODE, &status);
    arriving.head.status = static_cast<int>(status);
    if (!arriving.begin()) return 0;
    if (arriving.body.take(bytes, one * count)) return one * count;
    arriving.stopped = true;
    return 0;
  }

  template <typename Value>
  void set(CURLoption option, Value value) {
    curl_easy_setopt(curl_, option, value);
  }

  curl_slist* set_up(const HttpRequest& request, Arriving& arriving) {
    curl_easy_reset(curl_);  // the connection stays
    error_[0] = '\0';
    set(CURLOPT_ERRORBUFFER, error_);
    set(CURLOPT_URL, request.url.c_str());
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_USERAGENT, "relprompt/" RELPROMPT_VERSION);
    set(CURLOPT_NOBODY, request.head ? 1L : 0L);
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request.connect * 1e3));
    set(CURLOPT_LOW_SPEED_LIMIT, 1L);
    set(CURLOPT_LOW_SPEED_TIME, std::max(1L, static_cast<long>(request.silence)));
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(request.whole * 1e3));
    set(CURLOPT_RESUME_FROM_LARGE, static_cast<curl_off_t>(0));
    set(CURLOPT_HEADERFUNCTION, &on_header);
    set(CURLOPT_HEADERDATA, &arriving);
    set(CURLOPT_WRITEFUNCTION, &CurlTransport::on_body);
    set(CURLOPT_WRITEDATA, this);
    curl_slist* headers = curl_slist_append(nullptr, "Accept-Encoding: identity");
    if (!request.token.empty())
      headers = curl_slist_append(headers, ("Authorization: Bearer " + request.token).c_str());
    // A header of our own, for libcurl's range fails where the server sends the whole.
    if (request.from > 0)
      headers = curl_slist_append(headers, ("Range: bytes=" + std::to_string(request.from) + "-").c_str());
    set(CURLOPT_HTTPHEADER, headers);
    return headers;
  }

  static HttpEnd end_of(CURLcode code, const Arriving& arriving) {
    if (arriving.stopped) return HttpEnd::kStopped;
    if (arriving.too_long) return HttpEnd::kRefused;
    switch (code) {
      case CURLE_OK:
        return HttpEnd::kDone;
      case CURLE_COULDNT_RESOLVE_HOST:
      case CURLE_COULDNT_RESOLVE_PROXY:
      case CURLE_COULDNT_CONNECT:
      case CURLE_PEER_FAILED_VERIFICATION:
      case CURLE_SSL_CONNECT_ERROR:
      case CURLE_SSL_CACERT_BADFILE:
        return HttpEnd::kNotReached;
      case CURLE_URL_MALFORMAT:
      case CURLE_UNSUPPORTED_PROTOCOL:
      case CURLE_WEIRD_SERVER_REPLY:
        return HttpEnd::kRefused;
      default:
        return HttpEnd::kDropped;
    }
  }

  std::string reason_of(CURLcode code) const {
    if (code == CURLE_WRITE_ERROR) return "its headers are too long";
    return error_[0] != '\0' ? error_ : curl_easy_strerror(code);
  }

  CURL* curl_;
  Arriving* current_ = nullptr;
  char error_[CURL_ERROR_SIZE] = {};
};

std::unique_ptr<Transport> make() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  return std::make_unique<CurlTransport>();
}

}  // namespace
}  // namespace relprompt::hub

extern "C" RELPROMPT_API const relprompt::hub::TransportTable* relprompt_hub_transport() {
  static const relprompt::hub::TransportTable table = {RELPROMPT_VERSION, &relprompt::hub::make};
  return &table;
}
