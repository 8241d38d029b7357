// Sockets that listen at every address, and take connections to one.
#include "workers/listening.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "worker_process.h"
#include "workers/local_address.h"

namespace relprompt::workers {
namespace {

constexpr std::chrono::milliseconds kPatience{300};

/// Listens at all addresses of IPv4, or of both versions, as c10d's server does.
class OpenListener {
 public:
  explicit OpenListener(int family) : socket_(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_storage own{};
    own.ss_family = static_cast<sa_family_t>(family);
    socklen_t size = family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
    auto* address = reinterpret_cast<sockaddr*>(&own);
    ready_ = ::bind(socket_, address, size) == 0 && ::listen(socket_, 8) == 0 &&
             ::getsockname(socket_, address, &size) == 0;
    port_ = ntohs(family == AF_INET ? reinterpret_cast<sockaddr_in&>(own).sin_port
                                    : reinterpret_cast<sockaddr_in6&>(own).sin6_port);
  }
  ~OpenListener() { ::close(socket_); }
  OpenListener(const OpenListener&) = delete;
  OpenListener& operator=(const OpenListener&) = delete;

  bool ready() const { return ready_; }
  std::uint16_t port() const { return port_; }
  bool takes(const std::string& address) const { return answers(address, port_, kPatience); }

 private:
  int socket_;
  bool ready_ = false;
  std::uint16_t port_ = 0;
};

TEST(ListenOnlyAt, DropsConnectionsToOtherAddresses) {
  for (const int family : {AF_INET, AF_INET6}) {
    const OpenListener listener(family);
    if (!listener.ready()) continue;  // a machine without IPv6
    EXPECT_TRUE(listener.takes("127.0.0.1") && listener.takes("127.0.0.2")) << "before";
    EXPECT_TRUE(listen_only_at("127.0.0.1", listener.port()));
    EXPECT_TRUE(listener.takes("127.0.0.1"));
    EXPECT_FALSE(listener.takes("127.0.0.2"));
    if (family == AF_INET6) {
      EXPECT_FALSE(listener.takes("::1"));
    }
  }
}

TEST(ListenOnlyAt, KnowsLocalhostAndIPv6) {
  const OpenListener local(AF_INET);
  EXPECT_TRUE(listen_only_at("localhost", local.port()));
  EXPECT_TRUE(local.takes("127.0.0.1"));
  EXPECT_FALSE(local.takes("127.0.0.2"));
  const OpenListener six(AF_INET6);
  if (!six.ready() || !six.takes("::1")) GTEST_SKIP() << "no IPv6 here";
  EXPECT_TRUE(listen_only_at("::1", six.port()));
  EXPECT_TRUE(six.takes("::1"));
  EXPECT_FALSE(six.takes("127.0.0.1"));
}

TEST(ListenOnlyAt, LeavesNamesAndForeignAddressesAlone) {
  const OpenListener listener(AF_INET);
  for (const char* host : {"no-such-host.invalid", "192.0.2.1", "0.0.0.0", "::"}) {
    EXPECT_FALSE(listen_only_at(host, listener.port())) << host;
  }
  EXPECT_TRUE(listener.takes("127.0.0.2"));
  EXPECT_FALSE(listen_only_at("127.0.0.1", test::free_port())) << "nobody listens there";
}

struct TcpSocket {
  std::string address;  ///< its own, hexadecimal
  int port = 0, other_port = 0;
};

/// The TCP sockets of a process (man 5 proc, /proc/net/tcp).
std::vector<TcpSocket> sockets_of(pid_t process) {
  std::set<std::string> own;
  std::error_code ignored;
  for (const auto& entry :
       std::filesystem::directory_iterator("/proc/" + std::to_string(process) + "/fd", ignored)) {
    const auto target = std::filesystem::read_symlink(entry.path(), ignored).string();
    if (target.rfind("socket:[", 0) == 0) own.insert(target.substr(8, target.size() - 9));
  }
  std::vector<TcpSocket> found;
  for (const char* table : {"/proc/net/tcp", "/proc/net/tcp6"}) {
    std::ifstream lines(table);
    for (std::string line; std::getline(lines, line);) {
      std::istringstream words(line);
      const std::vector<std::string> all{std::istream_iterator<std::string>(words), {}};
      if (all.size() < 10 || own.count(all[9]) == 0) continue;
      const auto port_in = [](const std::string& place) {
        return std::stoi(place.substr(place.find(':') + 1), nullptr, 16);
      };
      found.push_back({all[1].substr(0, all[1].find(':')), port_in(all[1]), port_in(all[2])});
    }
  }
  return found;
}

TEST(ListenOnlyAt, WorkersOfOneMachineAreReachedOverLoopbackOnly) {
  test::Start start{"step"};
  const auto group = test::start_workers(start);
  for (const auto& worker : group) worker->wait_for("ready");
  EXPECT_TRUE(answers("127.0.0.1", start.port, kPatience));
  EXPECT_FALSE(answers("127.0.0.2", start.port, kPatience)) << "the dictionary of worker 0";
  for (const auto& worker : group) {
    std::size_t others = 0;
    for (const TcpSocket& socket : sockets_of(worker->pid())) {
      if (socket.port == start.port || socket.other_port == start.port) continue;
      EXPECT_EQ(socket.address, "0100007F") << "Gloo at port " << socket.port;
      ++others;
    }
    EXPECT_GE(others, 1u) << "workers are connected";
  }
}

}  // namespace
}  // namespace relprompt::workers
