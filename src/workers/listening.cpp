#include "workers/listening.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <linux/filter.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/file_handle.h"

namespace relprompt::workers {
namespace {

namespace fs = std::filesystem;

/// Four bytes of an address that is 4 or 16 bytes long, in the processor's order.
std::vector<std::uint32_t> words_of(const sockaddr& address) {
  std::vector<std::uint32_t> words;
  if (address.sa_family == AF_INET) {
    words.push_back(ntohl(reinterpret_cast<const sockaddr_in&>(address).sin_addr.s_addr));
  } else if (address.sa_family == AF_INET6) {
    std::uint32_t parts[4];
    std::memcpy(parts, &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr, sizeof parts);
    for (const std::uint32_t part : parts) words.push_back(ntohl(part));
  }
  return words;
}

bool is_of_this_machine(const addrinfo& address) {
  const FileHandle probe(::socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  return probe && ::bind(probe.number(), address.ai_addr, address.ai_addrlen) == 0;  // at any free port
}

/// Addresses of this machine that everybody means by this host; empty if there are none.
std::vector<std::vector<std::uint32_t>> addresses_of(const std::string& host) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = host == "localhost" ? 0 : AI_NUMERICHOST;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), nullptr, &wanted, &found) != 0) return {};
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> all(found, &::freeaddrinfo);
  std::vector<std::vector<std::uint32_t>> addresses;
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    auto words = words_of(*one->ai_addr);
    const bool every = std::all_of(words.begin(), words.end(), [](auto word) { return word == 0; });
    if (!every && is_of_this_machine(*one)) addresses.push_back(std::move(words));
  }
  return addresses;
}

/// A packet filter (man 7 socket, SO_ATTACH_FILTER): the packet's destination is one of the addresses.
std::vector<sock_filter> filter_for(const std::vector<std::vector<std::uint32_t>>& addresses) {
  constexpr std::uint32_t kHeader = static_cast<std::uint32_t>(SKF_NET_OFF);  // of IP
  constexpr std::uint32_t kTarget4 = 16, kTarget6 = 24;                       // where it has the destination
  constexpr std::uint32_t kAll = 0xFFFFFFFF;
  std::vector<sock_filter> program;
  for (const auto& words : addresses) {
    const bool four = words.size() == 1;
    program.push_back(BPF_STMT(BPF_LD | BPF_B | BPF_ABS, kHeader));
    program.push_back(BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 4));
    // A comparison that fails goes on behind this address's part: over 2 steps a word that follows, and
    // "take".
    const auto to_next = [&](std::size_t words_left) {
      return static_cast<std::uint8_t>(2 * words_left + 1);
    };
    program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, four ? 4u : 6u, 0, to_next(words.size())));
    for (std::size_t i = 0; i < words.size(); ++i) {
      const auto place = kHeader + (four ? kTarget4 : kTarget6) + static_cast<std::uint32_t>(4 * i);
      program.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, place));
      program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, words[i], 0, to_next(words.size() - i - 1)));
    }
    program.push_back(BPF_STMT(BPF_RET | BPF_K, kAll));
  }
  program.push_back(BPF_STMT(BPF_RET | BPF_K, 0));
  return program;
}

bool listens_at(int file, std::uint16_t port) {
  int listens = 0;
  socklen_t size = sizeof listens;
  if (::getsockopt(file, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0 || listens == 0) return false;
  sockaddr_storage own{};
  size = sizeof own;
  if (::getsockname(file, reinterpret_cast<sockaddr*>(&own), &size) != 0) return false;
  if (own.ss_family == AF_INET) return ntohs(reinterpret_cast<const sockaddr_in&>(own).sin_port) == port;
  return own.ss_family == AF_INET6 && ntohs(reinterpret_cast<const sockaddr_in6&>(own).sin6_port) == port;
}

std::vector<int> listeners_at(std::uint16_t port) {
  std::vector<int> files;
  std::error_code ignored;
  for (fs::directory_iterator entry("/proc/self/fd", ignored), end; !ignored && entry != end;
       entry.increment(ignored)) {
    const std::string name = entry->path().filename().string();
    int file = -1;
    std::from_chars(name.data(), name.data() + name.size(), file);
    if (file >= 0 && listens_at(file, port)) files.push_back(file);
  }
  return files;
}

}  // namespace

bool listen_only_at(const std::string& host, std::uint16_t port) {
  const auto addresses = addresses_of(host);
  const auto files = listeners_at(port);
  if (addresses.empty() || files.empty()) return false;
  auto steps = filter_for(addresses);
  const sock_fprog program = {static_cast<unsigned short>(steps.size()), steps.data()};
  bool all = true;
  for (const int file : files) {
    all = ::setsockopt(file, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) == 0 && all;
  }
  return all;
}

}  // namespace relprompt::workers
