#include "kernels/threads.h"

#include <algorithm>
#include <thread>

#include <fmt/format.h>
#include <omp.h>

#include "relprompt/error.h"

namespace relprompt::kernels {

int thread_count(int wanted) {
  if (wanted < 0 || wanted > 4096) {
    throw Error(ErrorCode::kBadArgument, fmt::format("{} threads: expected 0 (all cores) to 4096", wanted));
  }
  return wanted > 0 ? wanted : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

int set_threads(int threads) {
  const int used = thread_count(threads);
  if (used != omp_get_max_threads()) omp_set_num_threads(used);
  return used;
}

int current_threads() {
  return omp_get_max_threads();
}

ThreadScope::ThreadScope(int threads) : before_(omp_get_max_threads()) {
  set_threads(threads);
}

ThreadScope::~ThreadScope() {
  if (before_ != omp_get_max_threads()) omp_set_num_threads(before_);
}

}  // namespace relprompt::kernels
