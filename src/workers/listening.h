// Who can reach the key-value store of worker 0. c10d's server listens at every address of the machine and
// knows no authentication, so connections to other addresses than the workers use are dropped before it sees
// them.
#pragma once

#include <cstdint>
#include <string>

namespace relprompt::workers {

/// From now on, sockets of this process that listen at `port` take connections to `host` only, if `host` is
/// "localhost" or a numeric address of this machine; returns whether they do. With any other host nothing is
/// changed: it may be a name that other machines resolve to another address than this one, or an address that
/// is translated on the way.
bool listen_only_at(const std::string& host, std::uint16_t port);

}  // namespace relprompt::workers
