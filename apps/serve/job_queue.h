// Requests that wait for a worker: a bounded queue whose places are taken when a request's head arrives, so
// that neither waiting requests nor the bodies of those that are still arriving can fill the memory.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>

namespace relprompt::serve {

/// What a connection and a worker share about one request. Any thread.
struct JobControl {
  using Clock = std::chrono::steady_clock;

  std::atomic<bool> cancelled{false};  ///< the client has gone or got its answer: nobody waits for the result
  std::atomic<bool> running{false};
  std::atomic<int> windows_done{0}, windows{0};
  std::atomic<std::uint64_t> ticket{0};  ///< of its place in the queue's order; 0: not in the queue yet
  Clock::time_point pushed{}, deadline{};

  bool stopped() const { return cancelled || Clock::now() >= deadline; }
};

struct Worker;

class JobQueue {
 public:
  using Job = std::function<void(Worker&)>;

  /// A place, given back when it dies unless a job was pushed with it.
  class Place {
   public:
    Place() = default;
    explicit Place(JobQueue& queue) : queue_(&queue) {}
    ~Place() { give_back(); }
    Place(Place&& other) noexcept : queue_(other.queue_) { other.queue_ = nullptr; }
    Place& operator=(Place&& other) noexcept;
    explicit operator bool() const { return queue_ != nullptr; }

   private:
    friend class JobQueue;
    void give_back();
    JobQueue* queue_ = nullptr;
  };

  /// capacity: most requests that wait or whose bodies are arriving, at least 1.
  explicit JobQueue(std::size_t capacity);

  /// A place that is false if all are taken.
  Place reserve();
  /// The job waits in the place until a worker pops it. control gets its ticket.
  void push(Place place, std::shared_ptr<JobControl> control, Job job);
  /// Waits for a job; false after close() when none is left.
  bool pop(std::shared_ptr<JobControl>& control, Job& job);
  /// No more jobs are pushed; those that wait are still popped.
  void close();

  std::size_t taken() const;
  std::size_t capacity() const { return capacity_; }
  /// Jobs that are popped before this one.
  std::size_t before(const JobControl& control) const;

 private:
  struct Entry {
    std::shared_ptr<JobControl> control;
    Job job;
  };

  const std::size_t capacity_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Entry> jobs_;
  std::size_t taken_ = 0;
  std::uint64_t pushed_ = 0, popped_ = 0;
  bool closed_ = false;
};

}  // namespace relprompt::serve
