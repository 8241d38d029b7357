// Blocking calls that can be given up. What LibTorch does between workers may wait for a dead one for a long
// time and cannot be interrupted, so it runs on a thread of its own while the caller watches.
#pragma once

#include <functional>
#include <memory>

namespace relprompt::workers {

/// The thread, one for all calls: c10d's NCCL part keeps things that belong to the thread that called it
/// (LibTorch 2.6), so that thread must outlive the group of workers. For one caller at a time.
class WatchedCalls {
 public:
  WatchedCalls();
  /// Ends the thread; one whose job was given up stays until the process ends.
  ~WatchedCalls();
  WatchedCalls(const WatchedCalls&) = delete;
  WatchedCalls& operator=(const WatchedCalls&) = delete;

  /// Runs `job` on the thread and returns when it is done, or throws what it threw. Meanwhile `watch` is
  /// called a few dozen times a second; what it throws ends the wait at once. The job is then left alone: the
  /// thread and all that the job captured stay until the process ends, so it must own whatever it uses, and
  /// no other can be run: Error(kInternal).
  void run(std::function<void()> job, const std::function<void()>& watch);

 private:
  struct Thread;
  std::shared_ptr<Thread> thread_;
};

/// For the start of a thread that writes to other workers, and for those that it starts: c10d does not expect
/// that writing to a worker that has just died raises SIGPIPE, which would end this process without a word.
void ignore_broken_pipes();

}  // namespace relprompt::workers
