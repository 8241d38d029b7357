// Work that is handed to another thread and done there in order, while the caller goes on.
//
//   BackgroundQueue<Page> printer(2, [](Page& page) { print(page); });
//   while (more()) printer.push(compose());   // waits while two pages are not printed yet
//   printer.finish();                         // what went wrong comes out of push or finish
//
// One thread, so that results keep their order; a bound, so that a slow worker slows its caller down instead
// of filling the memory.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "relprompt/error.h"

namespace relprompt {

template <class Job>
class BackgroundQueue {
 public:
  /// `work` is called on the queue's own thread, for one job at a time. capacity: most jobs that wait or are
  /// being done, at least 1. Throws Error(kOutOfMemory) if no thread can be started.
  BackgroundQueue(std::size_t capacity, std::function<void(Job&)> work)
      : capacity_(std::max<std::size_t>(capacity, 1)), work_(std::move(work)) {
    try {
      thread_ = std::thread([this] { run(); });
    } catch (const std::system_error& problem) {
      throw Error(ErrorCode::kOutOfMemory, std::string("cannot start a thread: ") + problem.what());
    }
  }

  /// Waits for the job that is being done; those that wait are dropped.
  ~BackgroundQueue() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      stop_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }

  BackgroundQueue(const BackgroundQueue&) = delete;
  BackgroundQueue& operator=(const BackgroundQueue&) = delete;

  /// Waits for room. If `work` has thrown, the exception comes out here, once; that job was the last one
  /// done.
  void push(Job job) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return stop_ || unfinished_ < capacity_; });
    if (rethrow(lock)) return;
    jobs_.push_back(std::move(job));
    ++unfinished_;
    lock.unlock();
    changed_.notify_all();
  }

  /// Waits until all jobs are done. Throws as push does.
  void finish() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return stop_ || unfinished_ == 0; });
    rethrow(lock);
  }

 private:
  /// True if no more jobs are taken; throws what the work threw, the first time.
  bool rethrow(std::unique_lock<std::mutex>& lock) {
    if (!stop_) return false;
    const std::exception_ptr problem = std::exchange(problem_, nullptr);
    lock.unlock();
    if (problem) std::rethrow_exception(problem);
    return true;
  }

  // Returns after the exception object's last use here, so that only the caller holds it from then on.
  std::exception_ptr attempt(Job& job) const {
    try {
      work_(job);
    } catch (...) {
      return std::current_exception();
    }
    return nullptr;
  }

  /// Takes the next job and does it; false when there will be none.
  bool step() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return stop_ || !jobs_.empty(); });
    if (stop_) return false;
    std::exception_ptr problem;
    {
      Job job = std::move(jobs_.front());
      jobs_.pop_front();
      lock.unlock();
      problem = attempt(job);
    }
    lock.lock();
    --unfinished_;
    if (problem) {
      problem_ = std::move(problem);
      stop_ = true;
    }
    lock.unlock();
    changed_.notify_all();
    return true;
  }

  void run() {
    while (step()) {
    }
  }

  const std::size_t capacity_;
  const std::function<void(Job&)> work_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> jobs_;
  std::size_t unfinished_ = 0;  ///< waiting or being done
  bool stop_ = false;
  std::exception_ptr problem_;
  std::thread thread_;  ///< last: it uses everything above
};

}  // namespace relprompt
