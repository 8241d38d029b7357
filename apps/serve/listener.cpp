// Accepts clients, and ends in order: no more work is taken, what runs is answered, then everything is
// closed.
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "serve/connection.h"
#include "serve/server.h"

namespace relprompt::serve {
namespace {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;
using Problem = boost::system::error_code;

constexpr auto kLook = std::chrono::milliseconds(50);

class Listener {
 public:
  Listener(asio::io_context& context, Application& application, const ServerEvents& events)
      : events_(events),
        context_(context),
        acceptor_(context_),
        timer_(context_),
        set_(std::make_shared<ConnectionSet>(ConnectionSet{application, 0, 0, nullptr})) {
    set_->on_closed = [this] { after_change(); };
    open(application.settings());
  }

  void run() {
    events_.listening(address());
    accept();
    look();
    context_.run();
    set_->on_closed = nullptr;
  }

 private:
  void open(const ServerSettings& settings) {
    Problem problem;
    const auto address = asio::ip::make_address(settings.bind, problem);
    if (problem) {
      throw Error(ErrorCode::kBadArgument, fmt::format("--bind: \"{}\" is no address", settings.bind),
                  "127.0.0.1, 0.0.0.0, ::1 or another address of this machine");
    }
    const Tcp::endpoint endpoint(address, static_cast<unsigned short>(settings.port));
    acceptor_.open(endpoint.protocol(), problem);
    if (!problem) acceptor_.set_option(Tcp::acceptor::reuse_address(true), problem);
    if (!problem) acceptor_.bind(endpoint, problem);
    if (!problem) acceptor_.listen(Tcp::acceptor::max_listen_connections, problem);
    if (!problem) return;
    throw Error(
        ErrorCode::kNoNetwork,
        fmt::format("cannot listen on {} port {}: {}", settings.bind, settings.port, problem.message()),
        problem == asio::error::address_in_use
            ? "another program uses it; choose another --port, or --port 0 for any"
            : "choose another --bind or --port");
  }

  std::string address() const {
    const auto endpoint = acceptor_.local_endpoint();
    const bool six = endpoint.address().is_v6();
    return fmt::format(six ? "http://[{}]:{}" : "http://{}:{}", endpoint.address().to_string(),
                       endpoint.port());
  }

  void accept() {
    if (accepting_ || set_->open >= set_->application.settings().max_connections) return;
    accepting_ = true;
    acceptor_.async_accept([this](Problem problem, Tcp::socket socket) {
      accepting_ = false;
      if (problem == asio::error::operation_aborted) return;
      if (!problem) serve_connection(std::move(socket), set_);
      // Out of descriptors or the like: the next look tries again.
      if (!problem) accept();
    });
  }

  /// Twenty times a second: whether to stop, and what time alone brings about.
  void look() {
    if (!set_->application.ending() && events_.stop()) set_->application.stop_taking_work();
    set_->application.sessions().expire();
    set_->application.connections() = set_->open;
    after_change();
    if (context_.stopped()) return;
    timer_.expires_after(kLook);
    timer_.async_wait([this](Problem problem) {
      if (!problem) look();
    });
  }

  void after_change() {
    if (set_->application.ending() && set_->active == 0) {
      context_.stop();
      return;
    }
    if (acceptor_.is_open()) accept();
  }

  const ServerEvents& events_;
  asio::io_context& context_;
  Tcp::acceptor acceptor_;
  asio::steady_timer timer_;
  std::shared_ptr<ConnectionSet> set_;
  bool accepting_ = false;
};

}  // namespace

void run_server(const ServerSettings& settings, const ServerEvents& events) {
  asio::io_context context(1);  // outlives the workers, which hand their answers to it
  Application application(settings);
  Listener(context, application, events).run();
}

}  // namespace relprompt::serve
