#include "compute_thread.h"

#include <signal.h>
#include <unistd.h>

#include "relprompt/error.h"

namespace relprompt::python {
namespace {

/// Blocks all signals on this thread while it exists, but those that a fault raises on the thread itself.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    for (const int fault : {SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP}) sigdelset(&all, fault);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_;
};

}  // namespace

ComputeThread::ComputeThread() : process_(::getpid()) {
  const SignalsBlocked blocked;  // the new thread inherits it
  thread_ = std::thread([this] { work(); });
}

ComputeThread::~ComputeThread() {
  if (process_ != ::getpid()) {
    thread_.detach();  // it stayed in the other process
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  if (PyGILState_Check() != 0) {
    without_gil([&] { thread_.join(); });
  } else {
    thread_.join();
  }
}

void ComputeThread::check_python(const std::function<void()>& tick) {
  if (PyErr_CheckSignals() != 0) throw pybind11::error_already_set();
  if (tick) tick();
}

void ComputeThread::post(std::function<void()> job) {
  if (process_ != ::getpid()) {
    throw Error(ErrorCode::kBadArgument, "this model was opened before the process was forked",
                "open it in the process that uses it, or start processes with multiprocessing's \"spawn\"");
  }
  {
    const std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
  }
  changed_.notify_all();
}

void ComputeThread::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return ending_ || !jobs_.empty(); });
    if (jobs_.empty()) return;
    auto job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job();
    job = nullptr;  // what it owns ends here, outside the lock
    lock.lock();
  }
}

}  // namespace relprompt::python
