// All contact with LibTorch's c10d: a small key-value store that all workers share, and the operations in
// which all take part. Its headers change between LibTorch versions and are missing from some, so one source
// sees them.
//
// Almost everything here blocks, for as long as c10d likes, and fails with exceptions of c10d's own; callers
// run it as a watched call (watched_calls.h) and translate.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <torch/torch.h>

namespace relprompt::workers {

/// Where worker 0's key-value store is.
struct StoreAddress {
  std::string host;
  std::uint16_t port = 0;
};

/// A key-value store in worker 0's memory.
class Store {
 public:
  virtual ~Store() = default;
  virtual void set(const std::string& key, const std::string& value) = 0;
  /// nullopt if there is no such key; never waits for one.
  virtual std::optional<std::string> get(const std::string& key) = 0;
  /// Sets the key unless it has a value already; returns the value that it has then. No empty values.
  virtual std::string set_once(const std::string& key, const std::string& value) = 0;
};

/// Operations in which every worker takes part, in the same order, with tensors of the same size.
class Group {
 public:
  virtual ~Group() = default;
  /// Replaces a contiguous tensor by its sum over the workers, the same bits everywhere.
  virtual void all_reduce(torch::Tensor tensor) = 0;
  /// Replaces a contiguous tensor by worker 0's.
  virtual void broadcast(torch::Tensor tensor) = 0;
  virtual void send(torch::Tensor tensor, std::size_t to) = 0;
  virtual void receive(torch::Tensor tensor, std::size_t from) = 0;
  virtual void barrier() = 0;
  /// Whether sum and broadcast take tensors of this device; others go through the host's memory.
  virtual bool takes(const torch::Device& device) const = 0;
};

struct GroupPlan {
  std::size_t rank = 0, size = 1;
  std::string own_address;              ///< numeric, where the others reach this worker
  torch::Device device{torch::kCPU};    ///< a GPU adds NCCL where that can be used (nccl.h)
  std::chrono::milliseconds timeout{};  ///< of one operation
};

/// Whether this build can run more than one worker at all.
bool has_c10d();

/// Keeps c10d from ending the process on its own when NCCL meets an error, and from printing the stack traces
/// of what the heartbeat tells in a line. The user's variables have precedence. To be called before threads
/// are started, as it changes the environment.
void prepare_c10d();

/// Starts the key-value store (worker 0, `serve`) or connects to it.
std::unique_ptr<Store> open_store(const StoreAddress& at, bool serve, std::chrono::milliseconds timeout);

/// Connects all workers with each other. Every one of them must call it.
std::unique_ptr<Group> open_group(const StoreAddress& at, const GroupPlan& plan);

}  // namespace relprompt::workers
