#include "world/parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "relprompt/error.h"

namespace relprompt::world {
namespace {

/// Joins what was started, whatever happens.
class Crew {
 public:
  ~Crew() {
    for (std::thread& thread : threads_) thread.join();
  }
  void start(const std::function<void()>& work) { threads_.emplace_back(work); }

 private:
  std::vector<std::thread> threads_;
};

}  // namespace

void require_threads(int threads) {
  if (threads < 1 || threads > kMostThreads) {
    throw Error(ErrorCode::kBadArgument, fmt::format("{} threads; expected 1 to {}", threads, kMostThreads));
  }
}

void for_each_index(std::uint64_t first, std::uint64_t last, int threads,
                    const std::function<void(std::uint64_t index)>& body) {
  require_threads(threads);
  std::atomic<std::uint64_t> next{first};
  std::mutex mutex;
  std::exception_ptr failure;
  const auto work = [&] {
    try {
      for (std::uint64_t index = next++; index < last; index = next++) body(index);
    } catch (...) {
      next = last;
      const std::lock_guard<std::mutex> lock(mutex);
      if (!failure) failure = std::current_exception();
    }
  };
  const std::uint64_t count = last > first ? last - first : 0;
  const auto helpers = std::min<std::uint64_t>(static_cast<std::uint64_t>(threads), count);
  {
    Crew crew;
    try {
      for (std::uint64_t helper = 1; helper < helpers; ++helper) crew.start(work);
    } catch (const std::system_error&) {
      next = last;
      throw Error(ErrorCode::kOutOfMemory, fmt::format("cannot start {} threads", threads));
    }
    work();
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace relprompt::world
