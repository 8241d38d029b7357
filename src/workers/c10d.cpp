// Gloo's backend needs Gloo's headers besides LibTorch's (see CMakeLists.txt). Without them the same
// functions exist and say so. NCCL joins in when LibTorch and the system have it.
//
// c10d's signatures used here are the same in LibTorch 1.13 and 2.x; only the classes above ProcessGroupGloo
// differ, and nothing here names those.
#include "workers/c10d.h"

#include "relprompt/error.h"

// LibTorch's CMake package defines USE_C10D_GLOO and USE_C10D_NCCL where it was built with them.
#if defined(USE_C10D_GLOO) && __has_include(<torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>) && \
    __has_include(<gloo/rendezvous/store.h>)
#define RELPROMPT_HAS_GLOO 1
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#endif

#if defined(RELPROMPT_HAS_GLOO) && defined(USE_C10D_NCCL) && __has_include(<nccl.h>) && \
    __has_include(<cuda_runtime_api.h>)
#define RELPROMPT_HAS_NCCL 1
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>
#endif

namespace relprompt::workers {

#ifdef RELPROMPT_HAS_GLOO
namespace {

using Tensors = std::vector<at::Tensor>;

std::vector<std::uint8_t> bytes(const std::string& text) {
  return {text.begin(), text.end()};
}
std::string text(const std::vector<std::uint8_t>& bytes) {
  return {bytes.begin(), bytes.end()};
}

c10::intrusive_ptr<c10d::TCPStore> connect(const StoreAddress& at, bool serve,
                                           std::chrono::milliseconds timeout) {
  c10d::TCPStoreOptions options;
  options.port = at.port;
  options.isServer = serve;
  options.waitWorkers = false;
  options.timeout = timeout;
  return c10::make_intrusive<c10d::TCPStore>(at.host, options);
}

class TcpStore : public Store {
 public:
  explicit TcpStore(c10::intrusive_ptr<c10d::TCPStore> store) : store_(std::move(store)) {}

  void set(const std::string& key, const std::string& value) override { store_->set(key, bytes(value)); }

  std::optional<std::string> get(const std::string& key) override {
    if (!store_->check({key})) return std::nullopt;  // TCPStore::get would wait for it
    return text(store_->get(key));
  }

  std::string set_once(const std::string& key, const std::string& value) override {
    return text(store_->compareSet(key, {}, bytes(value)));
  }

 private:
  c10::intrusive_ptr<c10d::TCPStore> store_;
};

/// GLOO_SOCKET_IFNAME chooses a network interface, as it does for PyTorch's own programs.
auto gloo_device(const std::string& own_address) {
  const char* const interface = std::getenv("GLOO_SOCKET_IFNAME");
  if (interface != nullptr && *interface != '\0') {
    return c10d::ProcessGroupGloo::createDeviceForInterface(interface);
  }
  return c10d::ProcessGroupGloo::createDeviceForHostname(own_address);
}

class C10dGroup : public Group {
 public:
  C10dGroup(c10::intrusive_ptr<c10d::TCPStore> store, const GroupPlan& plan) : device_(plan.device) {
    const int rank = static_cast<int>(plan.rank), size = static_cast<int>(plan.size);
    auto options = c10d::ProcessGroupGloo::Options::create(plan.timeout);
    options->devices.push_back(gloo_device(plan.own_address));
    gloo_ = c10::make_intrusive<c10d::ProcessGroupGloo>(c10::make_intrusive<c10d::PrefixStore>("gloo", store),
                                                        rank, size, options);
#ifdef RELPROMPT_HAS_NCCL
    if (!device_.is_cuda()) return;
    auto nccl_options = c10d::ProcessGroupNCCL::Options::create();
    nccl_options->timeout = plan.timeout;
    nccl_ = c10::make_intrusive<c10d::ProcessGroupNCCL>(c10::make_intrusive<c10d::PrefixStore>("nccl", store),
                                                        rank, size, nccl_options);
#endif
  }

  void sum(torch::Tensor tensor) override {
    Tensors tensors{tensor};
#ifdef RELPROMPT_HAS_NCCL
    if (tensor.is_cuda()) return finish_on_device(nccl_->allreduce(tensors));
#endif
    gloo_->allreduce(tensors)->wait();
  }

  void broadcast(torch::Tensor tensor) override {
    Tensors tensors{tensor};
#ifdef RELPROMPT_HAS_NCCL
    if (tensor.is_cuda()) return finish_on_device(nccl_->broadcast(tensors));
#endif
    gloo_->broadcast(tensors)->wait();
  }

  void send(torch::Tensor tensor, std::size_t to) override {
    Tensors tensors{tensor};
    gloo_->send(tensors, static_cast<int>(to), 0)->wait();
  }

  void receive(torch::Tensor tensor, std::size_t from) override {
    Tensors tensors{tensor};
    gloo_->recv(tensors, static_cast<int>(from), 0)->wait();
  }

  void barrier() override {
    gloo_->barrier()->wait();
  }

  bool takes(const torch::Device& device) const override {
#ifdef RELPROMPT_HAS_NCCL
    return device.is_cpu() || device == device_;
#else
    return device.is_cpu();
#endif
  }

 private:
#ifdef RELPROMPT_HAS_NCCL
  /// NCCL's wait() only orders the device's work; the caller needs to know that it has happened.
  void finish_on_device(const c10::intrusive_ptr<c10d::Work>& work) {
    work->wait();
    torch::cuda::synchronize(device_.index());
  }

  c10::intrusive_ptr<c10d::ProcessGroupNCCL> nccl_;
#endif
  c10::intrusive_ptr<c10d::ProcessGroupGloo> gloo_;
  torch::Device device_;
};

}  // namespace

bool has_c10d() {
  return true;
}

std::unique_ptr<Store> open_store(const StoreAddress& at, bool serve, std::chrono::milliseconds timeout) {
  return std::make_unique<TcpStore>(connect(at, serve, timeout));
}

std::unique_ptr<Group> open_group(const StoreAddress& at, const GroupPlan& plan) {
  // A connection of its own: c10d waits on it for minutes while other threads must be able to talk to worker
  // 0.
  return std::make_unique<C10dGroup>(connect(at, false, plan.timeout), plan);
}

#else

bool has_c10d() {
  return false;
}

std::unique_ptr<Store> open_store(const StoreAddress&, bool, std::chrono::milliseconds) {
  throw Error(ErrorCode::kInternal, "open_store without c10d");
}

std::unique_ptr<Group> open_group(const StoreAddress&, const GroupPlan&) {
  throw Error(ErrorCode::kInternal, "open_group without c10d");
}

#endif

}  // namespace relprompt::workers
