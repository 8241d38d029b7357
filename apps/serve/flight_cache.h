// Values that are costly to make, kept by key: the least recently used ones go when there are too many, and
// threads that ask for the same missing one wait for a single making of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <future>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

namespace relprompt::serve {

template <class Value>
class FlightCache {
 public:
  using Pointer = std::shared_ptr<const Value>;

  /// capacity: most that the costs of the kept values may sum to. A value that costs more is made and not
  /// kept.
  explicit FlightCache(std::size_t capacity) : capacity_(capacity) {}

  /// The value of the key, made by make() -> Pointer where it is not there. What make throws comes out of
  /// every call that waited for it, and nothing is kept.
  template <class Make>
  Pointer get(const std::string& key, std::size_t cost, const Make& make) {
    std::promise<Pointer> promise;
    std::shared_future<Pointer> future;
    bool own = false;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      const auto found = entries_.find(key);
      if (found != entries_.end()) {
        ++hits_;
        order_.splice(order_.begin(), order_, found->second.place);
        future = found->second.value;
      } else {
        ++misses_;
        own = true;
        future = promise.get_future().share();
        order_.push_front(key);
        entries_[key] = {future, order_.begin(), cost};
        cost_ += cost;
      }
    }
    if (own) fly(key, promise, make);
    return future.get();
  }

  std::uint64_t hits() const { return locked(hits_); }
  std::uint64_t misses() const { return locked(misses_); }
  std::size_t size() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return entries_.size();
  }

 private:
  struct Entry {
    std::shared_future<Pointer> value;
    std::list<std::string>::iterator place;
    std::size_t cost = 0;
  };

  template <class Make>
  void fly(const std::string& key, std::promise<Pointer>& promise, const Make& make) {
    try {
      promise.set_value(make());
    } catch (...) {
      {
        const std::lock_guard<std::mutex> lock(mutex_);
        drop(entries_.find(key));
      }
      promise.set_exception(std::current_exception());
      return;
    }
    // What others are still making may go as well: who waits for it holds its future.
    const std::lock_guard<std::mutex> lock(mutex_);
    while (cost_ > capacity_ && !order_.empty()) drop(entries_.find(order_.back()));
  }

  void drop(typename std::unordered_map<std::string, Entry>::iterator entry) {
    if (entry == entries_.end()) return;
    cost_ -= entry->second.cost;
    order_.erase(entry->second.place);
    entries_.erase(entry);
  }

  std::uint64_t locked(const std::uint64_t& number) const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return number;
  }

  const std::size_t capacity_;
  mutable std::mutex mutex_;
  std::list<std::string> order_;  ///< keys, the last used one first
  std::unordered_map<std::string, Entry> entries_;
  std::size_t cost_ = 0;
  std::uint64_t hits_ = 0, misses_ = 0;
};

}  // namespace relprompt::serve
