#include "serve/client_stream.h"

#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include "serve/connection_messages.h"

namespace relprompt::serve {

namespace asio = boost::asio;
namespace http = boost::beast::http;

namespace {

constexpr std::uint32_t kMostHeadBytes = 16 * 1024;
// Read and thrown away after an early answer, so that the client gets to read it.
constexpr std::size_t kMostLingeringBytes = 1 << 20;
constexpr auto kLingerTime = std::chrono::seconds(2);
// If a cancelled read goes on because bytes had just arrived, the stream closes itself so much later.
constexpr auto kGrace = std::chrono::seconds(1);

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace

ClientStream::ClientStream(asio::ip::tcp::socket socket)
    : stream_(std::move(socket)), clock_(stream_.get_executor()) {
  Problem ignored;
  stream_.socket().set_option(asio::ip::tcp::no_delay(true), ignored);
}

void ClientStream::start_clock(Duration within) {
  reading_ = true;
  late_ = false;
  stream_.expires_after(within + kGrace);
  clock_.expires_after(within);
  clock_.async_wait([self = shared_from_this()](Problem cancelled) {
    const bool now = self->clock_.expiry() <= asio::steady_timer::clock_type::now();
    if (cancelled || !self->reading_ || !now) return;
    self->late_ = true;
    self->stream_.cancel();
  });
}

void ClientStream::end_reading(Problem problem, bool body, const std::function<void(ReadEnd)>& done) {
  reading_ = false;
  clock_.cancel();
  stream_.expires_never();
  ReadEnd end;
  const bool left =
      problem == http::error::end_of_stream || (body && problem == http::error::partial_message);
  if (problem && late_ && !left) {
    end.gone = !parser_->got_some();
    if (!end.gone)
      end.refuse = HttpError(
          408, body ? "the body did not arrive in time" : "the head of the request did not arrive in time");
  } else if (left || is_gone(problem)) {
    end.gone = true;
  } else if (problem) {
    end.refuse = reading_error(problem);
  }
  done(std::move(end));
}

void ClientStream::read_head(Duration within, std::uint64_t most_body, std::function<void(ReadEnd)> done) {
  parser_.emplace();
  parser_->header_limit(kMostHeadBytes);
  parser_->body_limit(most_body);
  start_clock(within);
  http::async_read_header(stream_, buffer_, *parser_,
                          [self = shared_from_this(), done = std::move(done)](Problem problem, std::size_t) {
                            self->end_reading(problem, false, done);
                          });
}

void ClientStream::invite_body(Duration within, std::function<void(bool)> done) {
  stream_.expires_after(within);
  asio::async_write(
      stream_, asio::buffer(kContinue.data(), kContinue.size()),
      [self = shared_from_this(), done = std::move(done)](Problem problem, std::size_t) { done(!problem); });
}

void ClientStream::read_body(Duration within, std::function<void(ReadEnd)> done) {
  start_clock(within);
  http::async_read(stream_, buffer_, *parser_,
                   [self = shared_from_this(), done = std::move(done)](Problem problem, std::size_t) {
                     self->end_reading(problem, true, done);
                   });
}

Request ClientStream::head() const {
  return request_of(parser_->get());
}

void ClientStream::write(Response response, bool keep_alive, bool no_body, Duration within,
                         std::function<void(bool)> done) {
  answer_ = beast_answer(std::move(response), keep_alive, no_body);
  serializer_.emplace(*answer_);
  stream_.expires_after(within);
  auto finish = [self = shared_from_this(), done = std::move(done)](Problem problem, std::size_t) {
    self->serializer_.reset();
    self->answer_.reset();
    done(!problem);
  };
  if (no_body)
    http::async_write_header(stream_, *serializer_, std::move(finish));
  else
    http::async_write(stream_, *serializer_, std::move(finish));
}

void ClientStream::watch(std::function<void()> gone) {
  stream_.socket().async_wait(
      asio::ip::tcp::socket::wait_read,
      [self = shared_from_this(), number = ++watch_, gone = std::move(gone)](Problem problem) mutable {
        if (problem || number != self->watch_) return;
        char byte = 0;
        const auto count = ::recv(self->stream_.socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
        if (count > 0) return;  // watched no more: its end is seen when that request is read
        if (count < 0 && (errno == EAGAIN || errno == EINTR)) return self->watch(std::move(gone));
        gone();
      });
}

void ClientStream::stop_watching() {
  ++watch_;
  // Ends watch's wait and nothing else: no other operation is going on now.
  Problem ignored;
  stream_.socket().cancel(ignored);
}

void ClientStream::close() {
  Problem ignored;
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
  stream_.close();
}

void ClientStream::linger(std::shared_ptr<void> owner) {
  Problem ignored;
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  stream_.expires_after(kLingerTime);
  discard(kMostLingeringBytes, std::move(owner));
}

void ClientStream::discard(std::size_t most, std::shared_ptr<void> owner) {
  stream_.async_read_some(asio::buffer(rest_), [self = shared_from_this(), most, owner = std::move(owner)](
                                                   Problem problem, std::size_t count) mutable {
    if (problem || count >= most) return self->close();
    self->discard(most - count, std::move(owner));
  });
}

}  // namespace relprompt::serve
