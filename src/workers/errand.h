// A blocking call that can be given up. What LibTorch does between workers may wait for a dead one for a long
// time and cannot be interrupted, so it runs on a thread of its own while the caller watches.
#pragma once

#include <functional>

namespace relprompt::workers {

/// Runs `job` on another thread and returns when it is done, or throws what it threw. Meanwhile `watch` is
/// called a few dozen times a second; what it throws ends the wait at once. The job is then left alone: its
/// thread and all that it captured stay until the process ends, so it must own whatever it uses.
void run_watched(std::function<void()> job, const std::function<void()>& watch);

/// For the start of a thread that writes to other workers, and for those that it starts: c10d does not expect
/// that writing to a worker that has just died raises SIGPIPE, which would end this process without a word.
void ignore_broken_pipes();

}  // namespace relprompt::workers
