#include "workers/watched_calls.h"

#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

#include <signal.h>
#include <unistd.h>

#include "relprompt/error.h"

namespace relprompt::workers {
namespace {

constexpr std::chrono::milliseconds kGlance{25};

std::exception_ptr failure_of(const std::function<void()>& job) {
  try {
    job();
    return nullptr;
  } catch (...) {
    return std::current_exception();
  }
}

}  // namespace

struct WatchedCalls::Thread {
  std::mutex mutex;
  std::condition_variable changed;
  std::function<void()> job;  // while it is to be done or being done
  std::exception_ptr failure;
  bool abandoned = false;
  bool ending = false;

  void serve() {
    std::unique_lock<std::mutex> lock(mutex);
    for (;;) {
      changed.wait(lock, [this] { return job || ending; });
      if (!job) return;
      lock.unlock();
      const std::exception_ptr thrown = failure_of(job);
      lock.lock();
      if (abandoned) break;
      job = nullptr;  // what it captured dies before the caller goes on, not some time later
      failure = thrown;
      changed.notify_all();
    }
    lock.unlock();
    // Leaked on purpose. Taking apart a connection whose other end is dead, on a thread that may wake while
    // the process is already ending, is how a clean exit becomes a crash or a hang.
    for (;;) ::pause();
  }
};

void ignore_broken_pipes() {
  sigset_t pipes;
  ::sigemptyset(&pipes);
  ::sigaddset(&pipes, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &pipes, nullptr);
}

WatchedCalls::WatchedCalls() : thread_(std::make_shared<Thread>()) {
  std::thread([thread = thread_] {
    ignore_broken_pipes();
    thread->serve();
  }).detach();
}

WatchedCalls::~WatchedCalls() {
  const std::lock_guard<std::mutex> lock(thread_->mutex);
  thread_->ending = true;
  thread_->changed.notify_all();
}

void WatchedCalls::run(std::function<void()> job, const std::function<void()>& watch) {
  Thread& thread = *thread_;
  std::unique_lock<std::mutex> lock(thread.mutex);
  if (thread.abandoned) throw Error(ErrorCode::kInternal, "a watched call after one that was given up");
  thread.job = std::move(job);
  thread.changed.notify_all();
  while (!thread.changed.wait_for(lock, kGlance, [&] { return !thread.job; })) {
    lock.unlock();
    try {
      watch();
    } catch (...) {
      lock.lock();
      if (!thread.job && !thread.failure) return;  // it came back at the last moment
      thread.abandoned = static_cast<bool>(thread.job);
      thread.failure = nullptr;
      throw;
    }
    lock.lock();
  }
  if (thread.failure) std::rethrow_exception(std::exchange(thread.failure, nullptr));
}

}  // namespace relprompt::workers
