// One client over HTTP/1.1: its requests one after the other, through admission, queue and answer.
//
// Limits stand before everything: the head's size and the time for it to arrive, the body's size and time,
// the time in which an answer must be taken. While a request waits or runs, the socket is watched: a client
// that goes away ends its work.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <memory>

#include "serve/application.h"

namespace relprompt::serve {

/// What all connections share, on the thread of the io_context.
struct ConnectionSet {
  Application& application;
  std::size_t open = 0;
  std::size_t active = 0;           ///< requests between head and answer
  std::function<void()> on_closed;  ///< after a connection was closed, or an answer sent
};

/// Serves the client until it leaves or the server ends. Lives as long as something of it is going on.
void serve_connection(boost::asio::ip::tcp::socket socket, std::shared_ptr<ConnectionSet> set);

}  // namespace relprompt::serve
