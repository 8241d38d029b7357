// One request over HTTP, as the optional library librelprompt-hub.so offers it. It knows nothing of models,
// redirects or retries: what may be asked and what an answer means is decided in this area, which links
// no transfer library. libcurl brings some thirty libraries with it, so it is loaded only to fetch something.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace relprompt::hub {

struct HttpRequest {
  std::string url;         ///< http or https
  bool head = false;       ///< HEAD instead of GET
  std::string token;       ///< sent as a bearer token; empty: none
  std::uint64_t from = 0;  ///< first byte wanted; above 0 a range is asked for
  double connect = 10;     ///< seconds until a connection stands
  double silence = 10;     ///< seconds without a byte after which a connection counts as dropped
  double whole = 0;        ///< seconds for all of it; 0: no limit
};

struct HttpHead {
  int status = 0;
  std::map<std::string, std::string> headers;  ///< names in lower case; of several lines the last
  /// The value of a header; empty if it is absent.
  std::string get(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? std::string() : found->second;
  }
};

enum class HttpEnd {
  kDone,
  kNotReached,  ///< no connection: no such host, nobody listens, no certificate that is trusted
  kDropped,     ///< the connection broke, fell silent or took too long
  kRefused,     ///< the answer is no HTTP, or its headers take more than what is accepted
  kStopped      ///< the receiver of the body wanted no more
};

struct HttpAnswer {
  HttpEnd end = HttpEnd::kDone;
  HttpHead head;
  std::string reason;  ///< for people; empty for kDone and kStopped
};

/// Receives an answer's body.
class HttpBody {
 public:
  virtual ~HttpBody() = default;
  /// Before the first byte. False: the body is not wanted.
  virtual bool begin(const HttpHead& head) = 0;
  /// False: no more is wanted.
  virtual bool take(const char* bytes, std::size_t count) = 0;
};

/// A user agent that keeps its connection between requests. For one thread at a time.
class Transport {
 public:
  virtual ~Transport() = default;
  virtual HttpAnswer perform(const HttpRequest& request, HttpBody& body) = 0;
};

struct TransportTable {
  const char* version;  ///< RELPROMPT_VERSION of its build
  std::unique_ptr<Transport> (*make)();
};

/// The name under which the library exports `const TransportTable* f()`.
constexpr const char* kTransportSymbol = "relprompt_hub_transport";

/// A transport of librelprompt-hub.so, which is loaded at the first call. Throws Error(kNoDevice) where the
/// library is not installed or does not fit.
std::unique_ptr<Transport> make_transport();

}  // namespace relprompt::hub
