// Making samples on other threads before they are needed, in order and with bounded memory.
//
//   Prefetch<Sample> samples(count, [&](std::uint64_t i) { return dataset.get(i); }, {});
//   while (samples.has_next()) use(samples.next());
//
// Workers fill a ring of slots; slot p % capacity belongs to position p until that has been taken, so what
// comes out and when an exception comes out do not depend on threads or timing. Not a general thread pool:
// the order is fixed, and that is what keeps it this small.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace relprompt::data {

struct PrefetchOptions {
  int threads = 2;           ///< 0: made by the caller of next(), when it asks
  std::size_t capacity = 4;  ///< most samples made or being made ahead
};

/// The capacity. Throws Error(kBadArgument) if an option is out of range.
std::size_t checked_capacity(const PrefetchOptions& options);

/// Runs fill(position, slot) for positions 0 to count - 1, each once, at most `capacity` ahead of the
/// consumer.
class OrderedWorkers {
 public:
  using Fill = std::function<void(std::uint64_t position, std::size_t slot)>;

  /// Throws Error(kBadArgument) for options out of range, Error(kOutOfMemory) if threads cannot be started.
  OrderedWorkers(std::uint64_t count, Fill fill, const PrefetchOptions& options);
  /// Waits for samples that are being made; makes no new ones.
  ~OrderedWorkers();
  OrderedWorkers(const OrderedWorkers&) = delete;
  OrderedWorkers& operator=(const OrderedWorkers&) = delete;

  /// Waits for the next position and gives its slot to `take`, then frees the slot. If fill threw for it,
  /// that exception comes out here instead, and the position counts as taken.
  void next(const std::function<void(std::size_t slot)>& take);
  std::uint64_t taken() const noexcept { return taken_; }

 private:
  void work();
  std::exception_ptr attempt(std::uint64_t position, std::size_t slot) const;

  const std::uint64_t count_;
  const Fill fill_;
  const std::size_t capacity_;
  std::uint64_t taken_ = 0;  ///< written by the consumer only, under the mutex

  std::mutex mutex_;
  std::condition_variable ready_, free_;
  std::uint64_t claimed_ = 0;               ///< positions that workers have begun
  std::vector<char> done_;                  ///< [slot] filled or failed
  std::vector<std::exception_ptr> failed_;  ///< [slot]
  bool stop_ = false;
  std::vector<std::thread> threads_;  ///< last: they use everything above
};

/// `make(position)` must be callable from several threads at once. One consumer; Value can be made empty.
template <class Value>
class Prefetch {
 public:
  Prefetch(std::uint64_t count, std::function<Value(std::uint64_t)> make, const PrefetchOptions& options)
      : count_(count),
        slots_(checked_capacity(options)),
        workers_(
            count,
            [this, make = std::move(make)](std::uint64_t position, std::size_t slot) {
              slots_[slot] = make(position);
            },
            options) {}

  bool has_next() const noexcept { return workers_.taken() < count_; }

  /// The next value, or the exception that making it threw; after that, the one behind it.
  Value next() {
    Value value{};
    workers_.next([&](std::size_t slot) { value = std::exchange(slots_[slot], Value{}); });
    return value;
  }

 private:
  std::uint64_t count_;
  std::vector<Value> slots_;
  OrderedWorkers workers_;  ///< last: its threads write to slots_
};

}  // namespace relprompt::data
