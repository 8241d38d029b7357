// What is asked of a hub: the list of a repository's files, the facts of one file, its bytes.
//
// The answers are hostile until checked: names, sizes and redirects may be anything. Errors: kModelNotFound
// for 401, 403 and 404, kBadHeader for answers that no hub gives, kNoNetwork for a hub that cannot be reached
// or fails, after five retries.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "hub/answers.h"
#include "hub/hub_name.h"
#include "hub/transport.h"
#include "hub/url.h"

namespace relprompt::hub {

/// Retries of a request whose connection broke or whose server failed, and redirects of one request.
constexpr int kRetries = 5, kMaxRedirects = 5;

/// Waits before the retry number `tried` (from 0): 0.1 s, doubled each time.
void wait_before_retry(int tried);

class Client {
 public:
  explicit Client(HubName name);

  const HubName& name() const { return name_; }
  const std::string& endpoint() const { return endpoint_; }

  /// From now on everything together may take ten seconds ($HF_HUB_ETAG_TIMEOUT), for there is something to
  /// go on with without the hub.
  void hurry();
  /// The same no more.
  void take_time() { deadline_.reset(); }

  /// The files of the name's revision; nothing from a hub that offers no lists.
  std::optional<Listing> list();

  /// The facts of a file of a revision; nothing if there is no such file.
  std::optional<RemoteFile> look(const std::string& path, const std::string& revision);

  /// One try to receive a file from its byte `from` on. Redirects may lead to any host, from https to https
  /// only, and no token goes there.
  HttpAnswer receive(const RemoteFile& file, std::uint64_t from, HttpBody& body);

  /// Throws what an answer with such a status means: `what` was asked of the hub.
  [[noreturn]] void refuse(const HttpHead& head, const std::string& what) const;
  /// Throws Error(kNoNetwork).
  [[noreturn]] void give_up(const std::string& reason, const std::string& what) const;

 private:
  /// Head and, for anything but HEAD, body of an answer, after retries.
  HttpHead ask(HttpRequest request, std::string* body, const std::string& what);
  HttpAnswer once(HttpRequest request, HttpBody& body);
  std::string resolve_url(const std::string& path, const std::string& revision) const;
  bool failed(const HttpAnswer& answer) const;

  HubName name_;
  std::string endpoint_, token_;
  Url origin_;
  double silence_, patience_;  ///< seconds
  std::unique_ptr<Transport> transport_;
  std::optional<std::chrono::steady_clock::time_point> deadline_;
  bool reached_ = false;
};

}  // namespace relprompt::hub
