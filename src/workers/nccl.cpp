// c10d's signatures used here are the same in LibTorch 1.13 and 2.x, but for shutdown().
#include "workers/nccl.h"

#ifdef RELPROMPT_HAS_NCCL
#include <chrono>
#include <set>
#include <thread>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>

#include <cuda_runtime_api.h>
#include <fmt/format.h>

#include "workers/local_address.h"
#endif

namespace relprompt::workers {

#ifdef RELPROMPT_HAS_NCCL
namespace {

/// Names the GPU itself: CUDA_VISIBLE_DEVICES may give the same number to different ones.
std::string name_of(const torch::Device& device) {
  char bus[64] = "";
  const auto index = static_cast<int>(device.has_index() ? device.index() : 0);
  const cudaError_t failure = cudaDeviceGetPCIBusId(bus, sizeof bus, index);
  if (failure != cudaSuccess) {
    throw std::runtime_error(fmt::format("{}: {}", device.str(), cudaGetErrorString(failure)));
  }
  return fmt::format("{} {}", host_name(), bus);
}

bool all_have_their_own(c10d::Store& store, const GroupPlan& plan) {
  const auto key = [](std::size_t rank) { return fmt::format("gpu/{}", rank); };
  const std::string own = name_of(plan.device);
  store.set(key(plan.rank), std::vector<std::uint8_t>(own.begin(), own.end()));
  std::set<std::vector<std::uint8_t>> all;
  for (std::size_t rank = 0; rank < plan.size; ++rank) all.insert(store.get(key(rank)));  // waits for them
  return all.size() == plan.size;
}

/// LibTorch 2 has it and prints a warning where it is left out; 1.13 needs nothing of the kind.
template <class Backend>
auto shut_down(Backend& backend, int) -> decltype(static_cast<void>(backend.shutdown())) {
  backend.shutdown();
}
template <class Backend>
void shut_down(Backend&, long) {}

class C10dNccl : public Nccl {
 public:
  C10dNccl(const c10::intrusive_ptr<c10d::Store>& store, const GroupPlan& plan) {
    auto options = c10d::ProcessGroupNCCL::Options::create();
    options->timeout = plan.timeout;
    nccl_ = c10::make_intrusive<c10d::ProcessGroupNCCL>(store, static_cast<int>(plan.rank),
                                                        static_cast<int>(plan.size), options);
  }

  ~C10dNccl() override {
    try {
      shut_down(*nccl_, 0);
    } catch (const std::exception&) {
      // Nothing is left to be done with it.
    }
  }

  void all_reduce(torch::Tensor tensor) override {
    std::vector<at::Tensor> tensors{tensor};
    finish(nccl_->allreduce(tensors));
  }

  void broadcast(torch::Tensor tensor) override {
    std::vector<at::Tensor> tensors{tensor};
    finish(nccl_->broadcast(tensors));
  }

 private:
  /// NCCL's wait() only puts the device's further work behind the operation. Looking at it, instead of
  /// waiting for the device, is what shows an operation that has failed and will never end.
  static void finish(const c10::intrusive_ptr<c10d::Work>& work) {
    constexpr std::chrono::microseconds kPause{50};
    while (!work->isCompleted()) std::this_thread::sleep_for(kPause);
    if (const auto failure = work->exception()) std::rethrow_exception(failure);
    work->wait();
  }

  c10::intrusive_ptr<c10d::ProcessGroupNCCL> nccl_;
};

}  // namespace

std::unique_ptr<Nccl> open_nccl(const c10::intrusive_ptr<c10d::Store>& store, const GroupPlan& plan) {
  if (!plan.device.is_cuda()) return nullptr;
  const auto own = c10::make_intrusive<c10d::PrefixStore>("nccl", store);
  if (!all_have_their_own(*own, plan)) return nullptr;
  return std::make_unique<C10dNccl>(own, plan);
}

#elif defined(RELPROMPT_HAS_GLOO)

std::unique_ptr<Nccl> open_nccl(const c10::intrusive_ptr<c10d::Store>&, const GroupPlan&) {
  return nullptr;
}

#endif

}  // namespace relprompt::workers
