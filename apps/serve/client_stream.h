// A client's end of the line: reads heads and bodies within their time, writes answers, notices that the
// client has gone, closes in order. With connection_messages.cpp and listener.cpp the only code that knows
// Boost.Beast; what a request means is decided in connection.cpp.
#pragma once

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/string_body.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>

#include "serve/http.h"

namespace relprompt::serve {

/// How reading a head or body ended: with both empty it is there.
struct ReadEnd {
  bool gone = false;  ///< nobody is left to answer
  std::optional<HttpError>
      refuse;  ///< what to tell the client before the connection is closed: 400, 408, 413, 431
};

/// On the thread of its io_context alone; one operation at a time, beside watch(). Lives as long as one of
/// them is going on, and with it whatever the operation's callback holds.
class ClientStream : public std::enable_shared_from_this<ClientStream> {
 public:
  using Duration = std::chrono::nanoseconds;

  explicit ClientStream(boost::asio::ip::tcp::socket socket);

  boost::asio::any_io_executor executor() { return stream_.get_executor(); }

  /// The next request's head. A client that has sent nothing of it in time counts as gone; one that has begun
  /// is answered 408.
  void read_head(Duration within, std::uint64_t most_body, std::function<void(ReadEnd)> done);
  /// Tells the client to go on with the body that it has announced.
  void invite_body(Duration within, std::function<void(bool sent)> done);
  void read_body(Duration within, std::function<void(ReadEnd)> done);

  /// The head that was read. Throws HttpError(400) as request_of of connection_messages.h.
  Request head() const;
  bool keep_alive() const { return parser_->get().keep_alive(); }
  bool chunked() const { return parser_->chunked(); }
  /// Nothing of the request is still to be read.
  bool is_read() const { return !parser_ || parser_->is_done(); }
  std::string take_body() { return std::move(parser_->get().body()); }

  /// no_body: of HEAD, whose length is that of GET.
  void write(Response response, bool keep_alive, bool no_body, Duration within,
             std::function<void(bool sent)> done);

  /// Calls `gone` when the client goes away. What arrives meanwhile belongs to the next request.
  void watch(std::function<void()> gone);
  void stop_watching();

  void close();
  /// Closes when the client has taken the answer: an unread body would make the system reset the connection,
  /// and the client might never read it. `owner` lives until then.
  void linger(std::shared_ptr<void> owner);

 private:
  using Problem = boost::beast::error_code;

  void start_clock(Duration within);
  void end_reading(Problem problem, bool body, const std::function<void(ReadEnd)>& done);
  void discard(std::size_t most, std::shared_ptr<void> owner);

  boost::beast::tcp_stream stream_;
  boost::asio::steady_timer clock_;  ///< of a head or body; the stream's own would close before an answer
  boost::beast::flat_buffer buffer_{64 * 1024};
  std::optional<boost::beast::http::request_parser<boost::beast::http::string_body>> parser_;
  std::optional<boost::beast::http::response<boost::beast::http::string_body>> answer_;
  std::optional<boost::beast::http::response_serializer<boost::beast::http::string_body>> serializer_;
  std::array<char, 4096> rest_{};
  std::uint64_t watch_ = 0;  ///< the latest one; what an earlier one hears does not count
  bool reading_ = false, late_ = false;
};

}  // namespace relprompt::serve
