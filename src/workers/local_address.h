// Addresses of this machine and of others, as the operating system sees them.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace relprompt::workers {

/// The name of this machine.
std::string host_name();

/// The numeric address from which this machine talks to `host`, a name or an address: the one that others can
/// reach it at. A host name would not do, since many systems resolve their own to 127.0.1.1.
/// Throws Error(kBadArgument) if the host is unknown or there is no way to it.
std::string local_address_towards(const std::string& host);

/// True for addresses that only this machine can reach.
bool is_loopback(const std::string& address);

/// Whether something listens at host:port; waits at most `patience` for an answer.
bool answers(const std::string& host, std::uint16_t port, std::chrono::milliseconds patience);

}  // namespace relprompt::workers
