// A thread for what computes, away from Python's signals.
//
// Kernels that oneDNN generates use the stack register as a general one, so a signal that is delivered to a
// thread inside such a kernel damages memory (docs/guide/interrupting.md). Python's own threads receive
// signals at any moment. So everything that computes runs on a thread that all signals are blocked on, and so
// do the OpenMP threads that it starts. The calling Python thread waits without the GIL and looks for Ctrl-C
// meanwhile.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <thread>

#include <pybind11/pybind11.h>
#include <sys/types.h>

#include "gil.h"

namespace relprompt::python {

/// Runs jobs one after the other. Any number of Python threads may call run.
class ComputeThread {
 public:
  ComputeThread();
  /// Waits for the job that runs; the GIL, where it is held, is released meanwhile.
  ~ComputeThread();
  ComputeThread(const ComputeThread&) = delete;
  ComputeThread& operator=(const ComputeThread&) = delete;

  /// Runs job(stopped) on the thread and gives its result or throws its exception. Call it with the GIL. The
  /// job must own what it uses, and no Python object: where Ctrl-C ends the wait, KeyboardInterrupt is raised
  /// at once, `stopped` becomes true and the job ends by itself. `tick` is called with the GIL, some ten
  /// times a second. Throws Error(kBadArgument) in a process that was forked off after the thread was made.
  template <typename Job>
  auto run(Job job, const std::function<void()>& tick = {}) {
    using Result = decltype(job(std::declval<const std::atomic<bool>&>()));
    const auto stopped = std::make_shared<std::atomic<bool>>(false);
    const auto task = std::make_shared<std::packaged_task<Result()>>(
        [job = std::move(job), stopped]() mutable { return job(*stopped); });
    auto result = task->get_future();
    post([task] { (*task)(); });
    try {
      while (!ready_soon(result)) check_python(tick);
    } catch (...) {
      *stopped = true;
      throw;
    }
    return result.get();
  }

 private:
  template <typename Result>
  static bool ready_soon(const std::future<Result>& result) {
    return without_gil(
        [&] { return result.wait_for(std::chrono::milliseconds(100)) == std::future_status::ready; });
  }

  static void check_python(const std::function<void()>& tick);
  void post(std::function<void()> job);
  void work();

  const pid_t process_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> jobs_;
  bool ending_ = false;
  std::thread thread_;  ///< last: it uses everything above
};

}  // namespace relprompt::python
