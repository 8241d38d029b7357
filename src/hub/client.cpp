#include "hub/client.h"

#include <algorithm>
#include <cstdlib>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "base/printable.h"
#include "hub/answers.h"
#include "hub/cache_layout.h"

namespace relprompt::hub {
namespace {

using Clock = std::chrono::steady_clock;

/// Hugging Face's own variables for its time limits, in seconds.
double seconds_of(const char* variable, double fallback) {
  const char* text = std::getenv(variable);
  const double value = text == nullptr ? 0 : std::strtod(text, nullptr);
  return value >= 1 && value <= 3600 ? value : fallback;
}

/// A body that is kept, up to a limit.
class KeptBody final : public HttpBody {
 public:
  explicit KeptBody(std::string* text) : text_(text) {}
  bool begin(const HttpHead& head) override { return text_ != nullptr && head.status == 200; }
  bool take(const char* bytes, std::size_t count) override {
    too_long_ = text_->size() + count > kMaxListing;
    if (!too_long_) text_->append(bytes, count);
    return !too_long_;
  }
  bool too_long() const { return too_long_; }

 private:
  std::string* text_;
  bool too_long_ = false;
};

}  // namespace

void wait_before_retry(int tried) {
  std::this_thread::sleep_for(std::chrono::milliseconds(100) * (1 << std::min(tried, 6)));
}

Client::Client(HubName name)
    : name_(std::move(name)),
      endpoint_(hub::endpoint()),
      token_(access_token()),
      silence_(seconds_of("HF_HUB_DOWNLOAD_TIMEOUT", 10)),
      patience_(seconds_of("HF_HUB_ETAG_TIMEOUT", 10)),
      transport_(make_transport()) {
  const auto url = parse_url(endpoint_);
  if (!url) throw Error(ErrorCode::kBadArgument, fmt::format("HF_ENDPOINT {} is no address", endpoint_));
  origin_ = *url;
}

void Client::hurry() {
  deadline_ = Clock::now() + std::chrono::milliseconds(static_cast<std::int64_t>(patience_ * 1e3));
}

std::string Client::resolve_url(const std::string& path, const std::string& revision) const {
  return fmt::format("{}/{}/resolve/{}/{}", endpoint_, name_.repository, url_path(revision, false),
                     url_path(path));
}

void Client::refuse(const HttpHead& head, const std::string& what) const {
  const auto code = head.get("x-error-code");
  const auto where = fmt::format("{} of {} at {}", what, name_.text(), endpoint_);
  if (head.status == 401 || head.status == 403) {
    throw Error(ErrorCode::kModelNotFound,
                fmt::format("{}: the hub refuses it ({}): there is no such model, or it is private, or its "
                            "licence must be accepted first",
                            where, head.status),
                token_.empty()
                    ? "if it is there, accept its licence on its page and set HF_TOKEN to an access "
                      "token of yours"
                    : "HF_TOKEN was sent (or the token file's), and does not open it");
  }
  if (head.status == 404 || head.status == 410) {
    throw Error(ErrorCode::kModelNotFound,
                fmt::format("{}: the hub has none ({}{})", where, head.status,
                            code.empty() ? "" : ", " + printable(code)),
                "look at the spelling of ORG/NAME@REVISION; a private model needs HF_TOKEN");
  }
  if (head.status == 429 || head.status >= 500)
    give_up(fmt::format("the hub fails with status {}", head.status), what);
  bad_answer(where, fmt::format("an answer with status {}", head.status));
}

void Client::give_up(const std::string& reason, const std::string& what) const {
  throw Error(
      ErrorCode::kNoNetwork,
      fmt::format("{} of {} cannot be fetched from {}: {}", what, name_.text(), endpoint_, printable(reason)),
      "try again when the hub can be reached; what has arrived is kept. A model in the cache needs no "
      "network");
}

bool Client::failed(const HttpAnswer& answer) const {
  if (answer.end == HttpEnd::kDropped) return true;
  if (answer.end == HttpEnd::kNotReached) return reached_;  // a network that was there may come back
  return answer.head.status == 429 || answer.head.status == 408 || answer.head.status >= 500;
}

HttpAnswer Client::once(HttpRequest request, HttpBody& body) {
  request.connect = patience_;
  request.silence = silence_;
  if (deadline_) {
    const double left = std::chrono::duration<double>(*deadline_ - Clock::now()).count();
    if (left <= 0.001) return {HttpEnd::kNotReached, {}, "no answer in time"};
    request.whole = request.whole > 0 ? std::min(request.whole, left) : left;
    request.connect = std::min(request.connect, left);
  }
  auto answer = transport_->perform(request, body);
  if (answer.head.status != 0) reached_ = true;
  return answer;
}

HttpHead Client::ask(HttpRequest request, std::string* body, const std::string& what) {
  request.whole = 3 * patience_;
  for (int tried = 0;; ++tried) {
    if (body != nullptr) body->clear();
    KeptBody kept(body);
    const auto answer = once(request, kept);
    if (kept.too_long()) bad_answer(request.url, "the answer is too long");
    if (answer.end == HttpEnd::kRefused) bad_answer(request.url, printable(answer.reason));
    const bool late = deadline_ && Clock::now() >= *deadline_;
    if (failed(answer) && tried < kRetries && !late) {
      wait_before_retry(tried);
      continue;
    }
    const bool arrived = answer.end == HttpEnd::kDone || answer.end == HttpEnd::kStopped;
    if (!arrived) give_up(answer.reason, what);
    if (answer.head.status >= 500 || answer.head.status == 429) refuse(answer.head, what);
    return answer.head;
  }
}

std::optional<Listing> Client::list() {
  HttpRequest request;
  request.url = fmt::format("{}/api/models/{}/revision/{}", endpoint_, name_.repository,
                            url_path(name_.revision, false));
  request.token = token_;
  std::string text;
  HttpHead head = ask(request, &text, "the list of files");
  for (int hops = 0; is_redirect(head.status) && is_relative(head.get("location")); ++hops) {
    const auto next = join_url(*parse_url(request.url), head.get("location"));
    if (!next || hops == kMaxRedirects) bad_answer(request.url, "its redirects lead nowhere");
    request.url = next->text();
    head = ask(request, &text, "the list of files");
  }
  const auto code = head.get("x-error-code");
  const bool no_such = code == "RepoNotFound" || code == "RevisionNotFound" || code == "GatedRepo";
  if (head.status != 200 && no_such) refuse(head, "the list of files");
  if (head.status == 401 || head.status == 403) refuse(head, "the list of files");
  if (head.status != 200) return std::nullopt;

  return read_listing(text, request.url);
}

std::optional<RemoteFile> Client::look(const std::string& path, const std::string& revision) {
  HttpRequest request;
  request.head = true;
  request.token = token_;
  auto url = parse_url(resolve_url(path, revision));
  if (!url) bad_answer(endpoint_, "no address");
  Facts facts;
  for (int hops = 0;; ++hops) {
    request.url = url->text();
    const auto head = ask(request, nullptr, path);
    const auto code = head.get("x-error-code");
    const bool no_file = head.status == 404 && code != "RepoNotFound" && code != "RevisionNotFound";
    if (no_file) return std::nullopt;
    if (head.status != 200 && !is_redirect(head.status)) refuse(head, path);
    facts.read(head);
    const auto location = head.get("location");
    if (!is_redirect(head.status) || !is_relative(location)) break;
    url = join_url(*url, location);
    if (!url || hops == kMaxRedirects) bad_answer(request.url, "its redirects go in a circle or nowhere");
  }
  return facts.file(path, url->shown());
}

HttpAnswer Client::receive(const RemoteFile& file, std::uint64_t from, HttpBody& body) {
  /// Keeps the bodies of redirects away.
  class Final final : public HttpBody {
   public:
    explicit Final(HttpBody& receiver) : receiver_(receiver) {}
    bool begin(const HttpHead& head) override { return !is_redirect(head.status) && receiver_.begin(head); }
    bool take(const char* bytes, std::size_t count) override { return receiver_.take(bytes, count); }

   private:
    HttpBody& receiver_;
  };
  HttpRequest request;
  request.from = from;
  request.token = token_;
  auto url = parse_url(resolve_url(file.path, file.commit));
  for (int hops = 0; url; ++hops) {
    request.url = url->text();
    Final final_body(body);
    const auto answer = once(request, final_body);
    if (answer.end == HttpEnd::kRefused) bad_answer(url->shown(), printable(answer.reason));
    if (!is_redirect(answer.head.status)) return answer;
    if (hops == kMaxRedirects) bad_answer(url->shown(), fmt::format("more than {} redirects", kMaxRedirects));
    const auto location = answer.head.get("location");
    if (!is_relative(location)) request.token.clear();  // and no later hop gets it back
    const auto next = allowed_redirect(*url, location, origin_);
    if (!next) {
      bad_answer(url->shown(), fmt::format("redirects {} to {}, which is not followed", file.path,
                                           printable(location.substr(0, location.find('?')).substr(0, 200))));
    }
    url = next;
  }
  bad_answer(endpoint_, "no address");
}

}  // namespace relprompt::hub
