// A TCP port of this machine for a test.
#pragma once

#include <cstdint>

namespace relprompt::test {

/// A listening socket on a port that the system chose.
class Listener {
 public:
  Listener();
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  std::uint16_t port() const { return port_; }

 private:
  int socket_ = -1;
  std::uint16_t port_ = 0;
};

/// A port that nothing listens on.
std::uint16_t free_port();

}  // namespace relprompt::test
