// The part of NCCL that c10d uses, between processes of one machine: over sockets, through rank 0, added in
// the order of ranks. As with NCCL an operation happens on its stream, and one whose partner has died never
// ends; whether NCCL then reports an error says STAND_IN_NOTICES. The parameters' meanings are NCCL's.
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include <arpa/inet.h>
#include <cuda_runtime_api.h>
#include <nccl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "streams.h"

/// Rank 0 holds the connections to all others, by rank; each other one that to rank 0 only.
struct ncclComm {
  std::size_t rank = 0, size = 1;
  std::vector<int> sockets;
};

namespace relprompt::stand_in {
namespace {

std::atomic<bool> partner_died{false};

/// Where rank 0 waits for the others, from ncclGetUniqueId on.
int listener = -1;

[[noreturn]] void hang() {
  partner_died = true;
  for (;;) ::pause();
}

void put(int socket, const void* data, std::size_t size) {
  const auto* bytes = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t sent = ::send(socket, bytes, size, MSG_NOSIGNAL);
    if (sent <= 0) hang();
    bytes += sent;
    size -= static_cast<std::size_t>(sent);
  }
}

void get(int socket, void* data, std::size_t size) {
  auto* bytes = static_cast<char*>(data);
  while (size > 0) {
    const ssize_t got = ::recv(socket, bytes, size, 0);
    if (got <= 0) hang();
    bytes += got;
    size -= static_cast<std::size_t>(got);
  }
}

sockaddr_in loopback(in_port_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = port;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

/// Bytes of a number; 0 for kinds that are not known here.
std::size_t width(ncclDataType_t type) {
  switch (type) {
    case ncclInt8:
    case ncclUint8:
      return 1;
    case ncclFloat:
      return 4;
    case ncclInt64:
    case ncclDouble:
      return 8;
    default:
      return 0;
  }
}

template <class Number>
void add(const std::vector<char>& numbers, std::vector<char>& sums) {
  auto* to = reinterpret_cast<Number*>(sums.data());
  const auto* from = reinterpret_cast<const Number*>(numbers.data());
  for (std::size_t i = 0; i < sums.size() / sizeof(Number); ++i) to[i] += from[i];
}

void add(ncclDataType_t type, const std::vector<char>& numbers, std::vector<char>& sums) {
  switch (type) {
    case ncclFloat:
      return add<float>(numbers, sums);
    case ncclDouble:
      return add<double>(numbers, sums);
    case ncclInt64:
      return add<std::int64_t>(numbers, sums);
    default:
      return add<std::uint8_t>(numbers, sums);
  }
}

void all_reduce(const ncclComm& comm, std::vector<char>& numbers, ncclDataType_t type) {
  if (comm.rank != 0) {
    put(comm.sockets[0], numbers.data(), numbers.size());
    return get(comm.sockets[0], numbers.data(), numbers.size());
  }
  std::vector<char> others(numbers.size());
  for (std::size_t rank = 1; rank < comm.size; ++rank) {
    get(comm.sockets[rank], others.data(), others.size());
    add(type, others, numbers);
  }
  for (std::size_t rank = 1; rank < comm.size; ++rank)
    put(comm.sockets[rank], numbers.data(), numbers.size());
}

void wait_for_others(ncclComm& comm) {
  comm.sockets.assign(comm.size, -1);
  for (std::size_t i = 1; i < comm.size; ++i) {
    const int socket = ::accept(listener, nullptr, nullptr);
    std::size_t rank = 0;
    get(socket, &rank, sizeof rank);
    comm.sockets.at(rank) = socket;
  }
}

bool go_to_rank_0(ncclComm& comm, const ncclUniqueId& id) {
  in_port_t port = 0;
  std::memcpy(&port, id.internal, sizeof port);
  const sockaddr_in address = loopback(port);
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return false;
  put(socket, &comm.rank, sizeof comm.rank);
  comm.sockets = {socket};
  return true;
}

void tell(const char* operation, std::size_t count, const ncclComm& comm) {
  std::printf("stand-in: %s of %zu numbers, rank %zu\n", operation, count, comm.rank);
  std::fflush(stdout);
}

}  // namespace
}  // namespace relprompt::stand_in

using namespace relprompt::stand_in;

extern "C" {

ncclResult_t ncclGetVersion(int* version) {
  *version = NCCL_VERSION_CODE;
  return ncclSuccess;
}
const char* ncclGetErrorString(ncclResult_t) {
  return "an error of the stand-in";
}
const char* ncclGetLastError(ncclComm_t) {
  return "";
}
ncclResult_t ncclCommGetAsyncError(ncclComm_t, ncclResult_t* error) {
  const bool noticed = partner_died && std::getenv("STAND_IN_NOTICES") != nullptr;
  *error = noticed ? ncclRemoteError : ncclSuccess;
  return ncclSuccess;
}

ncclResult_t ncclGetUniqueId(ncclUniqueId* id) {
  listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t length = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener, generic, length) != 0 || ::listen(listener, 16) != 0) return ncclSystemError;
  ::getsockname(listener, generic, &length);
  std::memset(id, 0, sizeof *id);
  std::memcpy(id->internal, &address.sin_port, sizeof address.sin_port);
  return ncclSuccess;
}

ncclResult_t ncclCommInitRank(ncclComm_t* made, int size, ncclUniqueId id, int rank) {
  auto* const comm = new ncclComm;
  comm->rank = static_cast<std::size_t>(rank);
  comm->size = static_cast<std::size_t>(size);
  *made = comm;
  if (rank != 0) return go_to_rank_0(*comm, id) ? ncclSuccess : ncclSystemError;
  wait_for_others(*comm);
  return ncclSuccess;
}
ncclResult_t ncclCommInitRankConfig(ncclComm_t* made, int size, ncclUniqueId id, int rank, ncclConfig_t*) {
  return ncclCommInitRank(made, size, id, rank);
}
ncclResult_t ncclCommFinalize(ncclComm_t) {
  return ncclSuccess;
}
ncclResult_t ncclCommDestroy(ncclComm_t) {
  return ncclSuccess;
}
ncclResult_t ncclCommAbort(ncclComm_t) {
  return ncclSuccess;
}

ncclResult_t ncclGroupStart() {
  return ncclSuccess;
}
ncclResult_t ncclGroupEnd() {
  return ncclSuccess;
}

ncclResult_t ncclAllReduce(const void* from, void* to, std::size_t count, ncclDataType_t type,
                           ncclRedOp_t operation, ncclComm_t comm, cudaStream_t stream) {
  if (operation != ncclSum || width(type) == 0) return ncclInvalidArgument;
  tell("ncclAllReduce", count, *comm);
  enqueue(stream, [=] {
    const auto* const bytes = static_cast<const char*>(from);
    std::vector<char> numbers(bytes, bytes + count * width(type));
    all_reduce(*comm, numbers, type);
    std::memcpy(to, numbers.data(), numbers.size());
  });
  return ncclSuccess;
}

ncclResult_t ncclBroadcast(const void* from, void* to, std::size_t count, ncclDataType_t type, int root,
                           ncclComm_t comm, cudaStream_t stream) {
  if (root != 0 || width(type) == 0) return ncclInvalidArgument;
  tell("ncclBroadcast", count, *comm);
  enqueue(stream, [=] {
    const std::size_t size = count * width(type);
    if (comm->rank != 0) return get(comm->sockets[0], to, size);
    if (to != from) std::memcpy(to, from, size);
    for (std::size_t rank = 1; rank < comm->size; ++rank) put(comm->sockets[rank], to, size);
  });
  return ncclSuccess;
}
ncclResult_t ncclBcast(void* data, std::size_t count, ncclDataType_t type, int root, ncclComm_t comm,
                       cudaStream_t stream) {
  return ncclBroadcast(data, data, count, type, root, comm, stream);
}

}  // extern "C"
