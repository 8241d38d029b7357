#include "serve/connection.h"

#include <boost/asio/post.hpp>

#include "serve/client_stream.h"
#include "serve/connection_messages.h"

namespace relprompt::serve {
namespace {

namespace asio = boost::asio;

std::chrono::nanoseconds duration_of(double seconds) {
  return std::chrono::nanoseconds(static_cast<std::int64_t>(seconds * 1e9));
}

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(asio::ip::tcp::socket socket, std::shared_ptr<ConnectionSet> set)
      : set_(std::move(set)),
        stream_(std::make_shared<ClientStream>(std::move(socket))),
        deadline_(stream_->executor()) {
    ++set_->open;
  }

  ~Connection() {
    if (control_) control_->cancelled = true;
    end_request();
    --set_->open;
    if (set_->on_closed) set_->on_closed();
  }

  void read_head() {
    stream_->read_head(duration_of(settings().idle_timeout), settings().max_body,
                       [self = shared_from_this()](ReadEnd end) { self->on_head(std::move(end)); });
  }

 private:
  Application& application() { return set_->application; }
  const ServerSettings& settings() { return set_->application.settings(); }
  std::chrono::nanoseconds receive_time() { return duration_of(settings().receive_timeout); }

  void begin_request() {
    if (!active_) ++set_->active;
    active_ = true;
    started_ = std::chrono::steady_clock::now();
  }
  void end_request() {
    if (active_) --set_->active;
    active_ = false;
  }

  void on_head(ReadEnd end) {
    if (end.gone) return stream_->close();
    begin_request();
    keep_alive_ = false;
    if (end.refuse) return refuse(*end.refuse);
    try {
      request_ = stream_->head();
      match_ = application().admit(request_);
      check_body(request_, *match_.route, !stream_->is_read(), stream_->chunked());
      keep_alive_ = stream_->keep_alive();
      prepare_body();
    } catch (const HttpError& error) {
      // Where a malformed request ends nobody knows.
      keep_alive_ = error.status() != 400 && stream_->keep_alive();
      refuse(error);
    }
  }

  void prepare_body() {
    if (match_.route->lane != Lane::kAtOnce) {
      place_ = application().reserve(match_.route->lane);
      if (!place_) return refuse({503, "the queue is full"}, {{"Retry-After", "1"}});
    }
    const auto expect = lower_case(request_.header("expect"));
    if (!expect.empty() && expect != "100-continue") return refuse({400, "an Expect that nobody here knows"});
    if (expect.empty() || stream_->is_read()) return read_body();
    stream_->invite_body(receive_time(), [self = shared_from_this()](bool sent) {
      if (!sent) return self->stream_->close();
      self->read_body();
    });
  }

  void read_body() {
    stream_->read_body(receive_time(),
                       [self = shared_from_this()](ReadEnd end) { self->on_body(std::move(end)); });
  }

  void on_body(ReadEnd end) {
    if (end.gone || end.refuse) {
      keep_alive_ = false;
      place_ = {};
      if (end.refuse) return refuse(*end.refuse);
      end_request();
      return stream_->close();
    }
    request_.body = stream_->take_body();
    if (match_.route->lane == Lane::kAtOnce) return send(application().answer(match_, request_));
    submit();
  }

  void submit() {
    head_only_ = request_.method == "HEAD";
    auto done = [self = weak_from_this(), executor = stream_->executor(),
                 number = ++number_](Response response) mutable {
      asio::post(executor, [self = std::move(self), number, response = std::move(response)]() mutable {
        if (const auto connection = self.lock()) connection->on_answer(number, std::move(response));
      });
    };
    control_ = application().submit(std::move(place_), match_, std::move(request_), std::move(done));
    stream_->watch([self = shared_from_this(), number = number_] { self->on_gone(number); });
    deadline_.expires_at(control_->deadline);
    deadline_.async_wait([self = shared_from_this(), number = number_](boost::system::error_code cancelled) {
      if (!cancelled) self->on_deadline(number);
    });
  }

  void on_gone(std::uint64_t number) {
    if (!control_ || number != number_) return;
    forget_work();
    stream_->close();
  }

  void on_deadline(std::uint64_t number) {
    if (!control_ || number != number_) return;
    forget_work();
    keep_alive_ = false;
    refuse({504, "the request took longer than --timeout allows", "a smaller image or a longer --timeout"});
  }

  void on_answer(std::uint64_t number, Response response) {
    if (!control_ || number != number_) return;
    forget_work();
    send(std::move(response));
  }

  /// Nobody waits for the request any more.
  void forget_work() {
    if (control_) control_->cancelled = true;
    control_.reset();
    deadline_.cancel();
    stream_->stop_watching();
  }

  void refuse(const HttpError& error, std::vector<std::pair<std::string, std::string>> headers = {}) {
    // An unread body would be taken for the next request.
    if (!stream_->is_read()) keep_alive_ = false;
    auto response = error_response(error, request_.path);
    response.headers = std::move(headers);
    if (error.status() == 405)
      response.headers.emplace_back("Allow", application().router().methods_of(request_.path));
    if (error.status() == 401) response.headers.emplace_back("WWW-Authenticate", "Basic realm=\"relprompt\"");
    place_ = {};
    head_only_ = request_.method == "HEAD";
    send(std::move(response));
  }

  void send(Response response) {
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started_;
    application().metrics().count_request(match_.route != nullptr ? match_.route->pattern : "other",
                                          response.status, took.count());
    if (application().ending()) keep_alive_ = false;
    stream_->write(std::move(response), keep_alive_, head_only_ || request_.method == "HEAD", receive_time(),
                   [self = shared_from_this()](bool sent) { self->on_sent(sent); });
  }

  void on_sent(bool sent) {
    match_ = {};
    request_ = {};
    head_only_ = false;
    end_request();
    if (set_->on_closed) set_->on_closed();
    if (!sent) return stream_->close();
    if (keep_alive_) return read_head();
    if (stream_->is_read()) return stream_->close();
    stream_->linger(shared_from_this());
  }

  std::shared_ptr<ConnectionSet> set_;
  std::shared_ptr<ClientStream> stream_;
  asio::steady_timer deadline_;
  Request request_;
  Match match_;
  JobQueue::Place place_;
  std::shared_ptr<JobControl> control_;
  std::uint64_t number_ = 0;  ///< of the request on a worker: late answers of earlier ones do not count
  std::chrono::steady_clock::time_point started_{};
  bool keep_alive_ = false, active_ = false, head_only_ = false;
};

}  // namespace

void serve_connection(asio::ip::tcp::socket socket, std::shared_ptr<ConnectionSet> set) {
  std::make_shared<Connection>(std::move(socket), std::move(set))->read_head();
}

}  // namespace relprompt::serve
