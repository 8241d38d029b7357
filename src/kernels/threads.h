// How many threads of OpenMP the kernels run on.
#pragma once

namespace relprompt::kernels {

/// The number that an option means: itself, or all cores for 0. Throws Error(kBadArgument) below 0 or beyond
/// 4096.
int thread_count(int wanted);

/// Sets the threads of parallel regions that the calling thread starts from now on, 0 for all cores, and
/// returns how many those are. Throws as thread_count does.
int set_threads(int threads);

/// Those of parallel regions that the calling thread starts now.
int current_threads();

/// Sets them while it lives, so that two threads of a program may compute with numbers of their own.
class ThreadScope {
 public:
  explicit ThreadScope(int threads);
  ~ThreadScope();
  ThreadScope(const ThreadScope&) = delete;
  ThreadScope& operator=(const ThreadScope&) = delete;

 private:
  int before_;
};

}  // namespace relprompt::kernels
