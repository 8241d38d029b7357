#include "workers/local_address.h"

#include <array>
#include <memory>

#include <fmt/format.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "relprompt/error.h"

#include "base/file_handle.h"

namespace relprompt::workers {
namespace {

using Addresses = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

Addresses resolve(const std::string& host, std::uint16_t port, int kind) {
  addrinfo wanted{};
  wanted.ai_family = AF_UNSPEC;
  wanted.ai_socktype = kind;
  addrinfo* found = nullptr;
  const int status = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &found);
  if (status != 0) {
    throw Error(
        ErrorCode::kBadArgument,
        fmt::format("the address of worker 0, '{}', is unknown here: {}", host, ::gai_strerror(status)),
        "check MASTER_ADDR");
  }
  return {found, &::freeaddrinfo};
}

/// None if the system has no sockets of this kind.
FileHandle socket_to(const addrinfo& to) {
  return FileHandle(::socket(to.ai_family, to.ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, to.ai_protocol));
}

bool accepts(const addrinfo& to, std::chrono::milliseconds patience) {
  const FileHandle socket = socket_to(to);
  if (!socket) return false;
  if (::connect(socket.number(), to.ai_addr, to.ai_addrlen) == 0) return true;
  if (errno != EINPROGRESS) return false;
  pollfd ready{socket.number(), POLLOUT, 0};
  if (::poll(&ready, 1, static_cast<int>(patience.count())) != 1) return false;
  int problem = 0;
  socklen_t size = sizeof problem;
  return ::getsockopt(socket.number(), SOL_SOCKET, SO_ERROR, &problem, &size) == 0 && problem == 0;
}

}  // namespace

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "unknown-host";
  return name.data();
}

std::string local_address_towards(const std::string& host) {
  constexpr std::uint16_t kAnyPort = 9;  // connecting a datagram socket sends nothing
  const Addresses addresses = resolve(host, kAnyPort, SOCK_DGRAM);
  for (const addrinfo* to = addresses.get(); to != nullptr; to = to->ai_next) {
    const FileHandle socket = socket_to(*to);
    if (socket.number() < 0 || ::connect(socket.number(), to->ai_addr, to->ai_addrlen) != 0) continue;
    sockaddr_storage own{};
    socklen_t size = sizeof own;
    std::array<char, NI_MAXHOST> text{};
    if (::getsockname(socket.number(), reinterpret_cast<sockaddr*>(&own), &size) == 0 &&
        ::getnameinfo(reinterpret_cast<sockaddr*>(&own), size, text.data(), text.size(), nullptr, 0,
                      NI_NUMERICHOST) == 0) {
      return text.data();
    }
  }
  throw Error(ErrorCode::kBadArgument, fmt::format("no network of this machine leads to '{}'", host),
              "check MASTER_ADDR");
}

bool is_loopback(const std::string& address) {
  return address.rfind("127.", 0) == 0 || address == "::1";
}

bool answers(const std::string& host, std::uint16_t port, std::chrono::milliseconds patience) {
  const Addresses addresses = resolve(host, port, SOCK_STREAM);
  for (const addrinfo* to = addresses.get(); to != nullptr; to = to->ai_next) {
    if (accepts(*to, patience)) return true;
  }
  return false;
}

}  // namespace relprompt::workers
