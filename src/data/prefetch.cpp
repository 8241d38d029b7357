#include "data/prefetch.h"

#include <system_error>

#include <fmt/format.h>

#include "relprompt/error.h"

namespace relprompt::data {
namespace {

constexpr int kMaxThreads = 1024;
constexpr std::size_t kMaxCapacity = std::size_t{1} << 20;

}  // namespace

std::size_t checked_capacity(const PrefetchOptions& options) {
  if (options.threads < 0 || options.threads > kMaxThreads || options.capacity == 0 ||
      options.capacity > kMaxCapacity) {
    throw Error(ErrorCode::kBadArgument,
                fmt::format("prefetching takes 0 to {} threads and a capacity of 1 to {}, not {} and {}",
                            kMaxThreads, kMaxCapacity, options.threads, options.capacity));
  }
  return options.capacity;
}

OrderedWorkers::OrderedWorkers(std::uint64_t count, Fill fill, const PrefetchOptions& options)
    : count_(count),
      fill_(std::move(fill)),
      capacity_(checked_capacity(options)),
      done_(capacity_, 0),
      failed_(capacity_) {
  try {
    for (int i = 0; i < options.threads; ++i) threads_.emplace_back([this] { work(); });
  } catch (const std::system_error& problem) {
    // Fewer threads than asked for give the same result.
    if (threads_.empty()) {
      throw Error(ErrorCode::kOutOfMemory, fmt::format("cannot start a thread: {}", problem.what()));
    }
  }
}

OrderedWorkers::~OrderedWorkers() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stop_ = true;
  }
  free_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

// Returns after the exception object's last use here, so that only the consumer holds it from then on.
std::exception_ptr OrderedWorkers::attempt(std::uint64_t position, std::size_t slot) const {
  try {
    fill_(position, slot);
  } catch (...) {
    return std::current_exception();
  }
  return nullptr;
}

void OrderedWorkers::work() {
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    free_.wait(lock, [this] { return stop_ || claimed_ == count_ || claimed_ < taken_ + capacity_; });
    if (stop_ || claimed_ == count_) return;
    const std::uint64_t position = claimed_++;
    const std::size_t slot = position % capacity_;
    lock.unlock();
    std::exception_ptr problem = attempt(position, slot);
    lock.lock();
    failed_[slot] = std::move(problem);
    done_[slot] = 1;
    ready_.notify_one();
  }
}

void OrderedWorkers::next(const std::function<void(std::size_t slot)>& take) {
  if (taken_ == count_)
    throw Error(ErrorCode::kInternal, fmt::format("all {} samples have been taken", count_));
  const std::size_t slot = taken_ % capacity_;
  std::exception_ptr problem;
  if (threads_.empty()) {
    problem = attempt(taken_, slot);
  } else {
    std::unique_lock<std::mutex> lock(mutex_);
    ready_.wait(lock, [&] { return done_[slot] != 0; });
    problem = std::exchange(failed_[slot], nullptr);
    done_[slot] = 0;
  }
  // No worker touches the slot until taken_ moves on.
  if (!problem) take(slot);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ++taken_;
  }
  free_.notify_all();
  if (problem) std::rethrow_exception(problem);
}

}  // namespace relprompt::data
