#include "serve/connection.h"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <optional>

#include "serve/connection_messages.h"

namespace relprompt::serve {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using Problem = beast::error_code;

constexpr std::uint32_t kMostHeadBytes = 16 * 1024;
// Read and thrown away after an early answer, so that the client gets to read it.
constexpr std::size_t kMostLingeringBytes = 1 << 20;
constexpr auto kLingerTime = std::chrono::seconds(2);

std::chrono::nanoseconds duration_of(double seconds) {
  return std::chrono::nanoseconds(static_cast<std::int64_t>(seconds * 1e9));
}

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(asio::ip::tcp::socket socket, std::shared_ptr<ConnectionSet> set)
      : set_(std::move(set)), stream_(std::move(socket)), deadline_(stream_.get_executor()) {
    ++set_->open;
    Problem ignored;
    stream_.socket().set_option(asio::ip::tcp::no_delay(true), ignored);
  }

  ~Connection() {
    if (control_) control_->cancelled = true;
    end_request();
    --set_->open;
    if (set_->on_closed) set_->on_closed();
  }

  void read_head() {
    parser_.emplace();
    parser_->header_limit(kMostHeadBytes);
    parser_->body_limit(set_->application.settings().max_body);
    stream_.expires_after(duration_of(set_->application.settings().idle_timeout));
    http::async_read_header(
        stream_, buffer_, *parser_,
        [self = shared_from_this()](Problem problem, std::size_t) { self->on_head(problem); });
  }

 private:
  Application& application() { return set_->application; }

  void begin_request() {
    if (!active_) ++set_->active;
    active_ = true;
    started_ = std::chrono::steady_clock::now();
  }
  void end_request() {
    if (active_) --set_->active;
    active_ = false;
  }

  void on_head(Problem problem) {
    if (problem == http::error::end_of_stream || is_gone(problem)) return close();
    begin_request();
    keep_alive_ = false;
    if (problem) return refuse(reading_error(problem));
    try {
      request_ = request_of(parser_->get());
      match_ = application().admit(request_);
      check_body(request_, *match_.route, !parser_->is_done(), parser_->chunked());
      keep_alive_ = parser_->get().keep_alive();
      prepare_body();
    } catch (const HttpError& error) {
      // Where a malformed request ends nobody knows.
      keep_alive_ = error.status() != 400 && parser_->get().keep_alive();
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
    if (expect.empty() || parser_->is_done()) return read_body();
    stream_.expires_after(duration_of(application().settings().receive_timeout));
    asio::async_write(stream_, asio::buffer(kContinue.data(), kContinue.size()),
                      [self = shared_from_this()](Problem problem, std::size_t) {
                        if (problem) return self->close();
                        self->read_body();
                      });
  }

  void read_body() {
    stream_.expires_after(duration_of(application().settings().receive_timeout));
    http::async_read(stream_, buffer_, *parser_,
                     [self = shared_from_this()](Problem problem, std::size_t) { self->on_body(problem); });
  }

  void on_body(Problem problem) {
    if (problem) {
      keep_alive_ = false;
      place_ = {};
      if (problem == http::error::partial_message || problem == http::error::end_of_stream ||
          is_gone(problem)) {
        end_request();
        return close();
      }
      return refuse(reading_error(problem));
    }
    request_.body = std::move(parser_->get().body());
    stream_.expires_never();
    if (match_.route->lane == Lane::kAtOnce) return send(application().answer(match_, request_));
    head_only_ = request_.method == "HEAD";
    auto done = [self = weak_from_this(), executor = stream_.get_executor(),
                 number = ++number_](Response response) mutable {
      asio::post(executor, [self = std::move(self), number, response = std::move(response)]() mutable {
        if (const auto connection = self.lock()) connection->on_answer(number, std::move(response));
      });
    };
    control_ = application().submit(std::move(place_), match_, std::move(request_), std::move(done));
    watch_client();
    deadline_.expires_at(control_->deadline);
    deadline_.async_wait([self = shared_from_this(), number = number_](Problem cancelled) {
      if (!cancelled) self->on_deadline(number);
    });
  }

  /// Notices a client that has gone while it is waited for. What arrives meanwhile belongs to the next
  /// request.
  void watch_client() {
    stream_.socket().async_wait(asio::ip::tcp::socket::wait_read,
                                [self = shared_from_this(), number = number_](Problem problem) {
                                  if (!problem) self->on_readable(number);
                                });
  }

  void on_readable(std::uint64_t number) {
    if (!control_ || number != number_) return;
    char byte = 0;
    const auto count = ::recv(stream_.socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (count > 0) return;  // watched no more: its end is seen when that request is read
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return watch_client();
    forget_work();
    close();
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
    // Ends watch_client's wait and nothing else: no other operation is going on now.
    Problem ignored;
    stream_.socket().cancel(ignored);
  }

  void refuse(const HttpError& error, std::vector<std::pair<std::string, std::string>> headers = {}) {
    // An unread body would be taken for the next request.
    if (parser_ && !parser_->is_done()) keep_alive_ = false;
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
    if (set_->application.ending()) keep_alive_ = false;
    const bool no_body = head_only_ || request_.method == "HEAD";
    answer_ = beast_answer(std::move(response), keep_alive_, no_body);
    stream_.expires_after(duration_of(application().settings().receive_timeout));
    serializer_.emplace(*answer_);
    if (no_body) {
      http::async_write_header(
          stream_, *serializer_,
          [self = shared_from_this()](Problem problem, std::size_t) { self->on_sent(problem); });
      return;
    }
    http::async_write(stream_, *serializer_,
                      [self = shared_from_this()](Problem problem, std::size_t) { self->on_sent(problem); });
  }

  void on_sent(Problem problem) {
    const bool unread = parser_ && !parser_->is_done();
    serializer_.reset();
    answer_.reset();
    match_ = {};
    request_ = {};
    head_only_ = false;
    end_request();
    if (set_->on_closed) set_->on_closed();
    if (problem) return close();
    if (keep_alive_) return read_head();
    if (!unread) return close();
    linger();
  }

  /// An unread body would make the system reset the connection, and the client might never read our answer.
  void linger() {
    Problem ignored;
    stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    stream_.expires_after(kLingerTime);
    discard(kMostLingeringBytes);
  }

  void discard(std::size_t most) {
    stream_.async_read_some(asio::buffer(rest_),
                            [self = shared_from_this(), most](Problem problem, std::size_t count) {
                              if (problem || count >= most) return self->close();
                              self->discard(most - count);
                            });
  }

  void close() {
    Problem ignored;
    stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
    stream_.close();
  }

  static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

  std::shared_ptr<ConnectionSet> set_;
  beast::tcp_stream stream_;
  asio::steady_timer deadline_;
  beast::flat_buffer buffer_{64 * 1024};
  std::optional<http::request_parser<http::string_body>> parser_;
  std::optional<http::response<http::string_body>> answer_;
  std::optional<http::response_serializer<http::string_body>> serializer_;
  Request request_;
  Match match_;
  JobQueue::Place place_;
  std::shared_ptr<JobControl> control_;
  std::uint64_t number_ = 0;  ///< of the request on a worker: late answers of earlier ones do not count
  std::chrono::steady_clock::time_point started_{};
  std::array<char, 4096> rest_{};
  bool keep_alive_ = false, active_ = false, head_only_ = false;
};

}  // namespace

void serve_connection(asio::ip::tcp::socket socket, std::shared_ptr<ConnectionSet> set) {
  std::make_shared<Connection>(std::move(socket), std::move(set))->read_head();
}

}  // namespace relprompt::serve
