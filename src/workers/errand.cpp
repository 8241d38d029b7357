#include "workers/errand.h"

#include <chrono>
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include <signal.h>

namespace relprompt::workers {
namespace {

constexpr std::chrono::milliseconds kGlance{25};

struct Errand {
  std::mutex mutex;
  std::condition_variable changed;
  std::function<void()> job;
  std::exception_ptr failure;
  bool done = false;
  bool abandoned = false;
};

/// The one place where something is leaked on purpose. Taking apart a connection whose other end is dead, on
/// a thread that may wake while the process is already ending, is how a clean exit becomes a crash or a hang.
void keep_forever(std::function<void()> job) {
  static std::mutex mutex;
  static auto* const kept = new std::vector<std::function<void()>>();
  const std::lock_guard<std::mutex> lock(mutex);
  kept->push_back(std::move(job));
}

void carry_out(const std::shared_ptr<Errand>& errand) {
  std::exception_ptr failure;
  try {
    errand->job();
  } catch (...) {
    failure = std::current_exception();
  }
  const std::lock_guard<std::mutex> lock(errand->mutex);
  if (errand->abandoned) return keep_forever(std::move(errand->job));
  errand->job = nullptr;  // what it captured dies before the caller goes on, not some time later
  errand->failure = failure;
  errand->done = true;
  errand->changed.notify_all();
}

}  // namespace

void ignore_broken_pipes() {
  sigset_t pipes;
  ::sigemptyset(&pipes);
  ::sigaddset(&pipes, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &pipes, nullptr);
}

void run_watched(std::function<void()> job, const std::function<void()>& watch) {
  const auto errand = std::make_shared<Errand>();
  errand->job = std::move(job);
  std::thread([errand] {
    ignore_broken_pipes();
    carry_out(errand);
  }).detach();

  std::unique_lock<std::mutex> lock(errand->mutex);
  while (!errand->changed.wait_for(lock, kGlance, [&] { return errand->done; })) {
    lock.unlock();
    try {
      watch();
    } catch (...) {
      lock.lock();
      if (errand->done && !errand->failure) return;  // it came back at the last moment
      errand->abandoned = true;
      throw;
    }
    lock.lock();
  }
  if (errand->failure) std::rethrow_exception(errand->failure);
}

}  // namespace relprompt::workers
