// Gloo's backend needs Gloo's headers besides LibTorch's (see CMakeLists.txt). Without them the same
// functions exist and say so.
//
// c10d's signatures used here are the same in LibTorch 1.13 and 2.x; only the classes above ProcessGroupGloo
// differ, and nothing here names those.
#include "workers/c10d.h"

#include <cstdlib>

#include <c10/util/Logging.h>
#include <torch/version.h>

#include "relprompt/error.h"

#include "workers/c10d_parts.h"
#include "workers/listening.h"
#include "workers/nccl.h"

#ifdef RELPROMPT_HAS_GLOO
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
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

/// LibTorch 2.4 and later would serve the key-value store through libuv, which Debian's is built without; the
/// older server is in all of them. Earlier versions have no such choice.
template <class StoreOptions>
auto without_libuv(StoreOptions& options, int) -> decltype(static_cast<void>(options.useLibUV)) {
  options.useLibUV = false;
}
template <class StoreOptions>
void without_libuv(StoreOptions&, long) {}

c10::intrusive_ptr<c10d::TCPStore> connect(const StoreAddress& at, bool serve,
                                           std::chrono::milliseconds timeout) {
  c10d::TCPStoreOptions options;
  options.port = at.port;
  options.isServer = serve;
  options.waitWorkers = false;
  options.timeout = timeout;
  without_libuv(options, 0);
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
  C10dGroup(const c10::intrusive_ptr<c10d::TCPStore>& store, const GroupPlan& plan)
      : nccl_(open_nccl(store, plan)), device_(plan.device) {
    auto options = c10d::ProcessGroupGloo::Options::create(plan.timeout);
    options->devices.push_back(gloo_device(plan.own_address));
    gloo_ = c10::make_intrusive<c10d::ProcessGroupGloo>(c10::make_intrusive<c10d::PrefixStore>("gloo", store),
                                                        static_cast<int>(plan.rank),
                                                        static_cast<int>(plan.size), options);
  }

  void all_reduce(torch::Tensor tensor) override {
    if (tensor.is_cuda()) return nccl_->all_reduce(tensor);
    Tensors tensors{tensor};
    gloo_->allreduce(tensors)->wait();
  }

  void broadcast(torch::Tensor tensor) override {
    if (tensor.is_cuda()) return nccl_->broadcast(tensor);
    Tensors tensors{tensor};
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

  void barrier() override { gloo_->barrier()->wait(); }

  bool takes(const torch::Device& device) const override {
    return device.is_cpu() || (nccl_ != nullptr && device == device_);
  }

 private:
  std::unique_ptr<Nccl> nccl_;
  c10::intrusive_ptr<c10d::ProcessGroupGloo> gloo_;
  torch::Device device_;
};

}  // namespace

bool has_c10d() {
  return true;
}

void prepare_c10d() {
  constexpr bool kOldName = TORCH_VERSION_MAJOR < 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR < 2);
  constexpr const char* kErrors = kOldName ? "NCCL_ASYNC_ERROR_HANDLING" : "TORCH_NCCL_ASYNC_ERROR_HANDLING";
  constexpr int kOverwrite = 0;
  ::setenv(kErrors, "0", kOverwrite);
  constexpr int kFatal = 3;
  if (std::getenv("TORCH_CPP_LOG_LEVEL") == nullptr) FLAGS_caffe2_log_level = kFatal;
}

std::unique_ptr<Store> open_store(const StoreAddress& at, bool serve, std::chrono::milliseconds timeout) {
  auto store = connect(at, serve, timeout);
  if (serve) listen_only_at(at.host, at.port);
  return std::make_unique<TcpStore>(std::move(store));
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

void prepare_c10d() {}

std::unique_ptr<Store> open_store(const StoreAddress&, bool, std::chrono::milliseconds) {
  throw Error(ErrorCode::kInternal, "open_store without c10d");
}

std::unique_ptr<Group> open_group(const StoreAddress&, const GroupPlan&) {
  throw Error(ErrorCode::kInternal, "open_group without c10d");
}

#endif

}  // namespace relprompt::workers
