// Preloaded: the time of day jumps by a day back and forth at every question, as after a flat battery or a
// bad time server. The clocks that only run forward (CLOCK_MONOTONIC) are left alone, as such a step leaves
// them.
#include <atomic>
#include <ctime>

#include <dlfcn.h>
#include <sys/time.h>

namespace {

using ClockFunction = int (*)(clockid_t, timespec*);

long step() {
  static std::atomic<long> calls{0};
  return calls++ % 2 == 0 ? 86400 : -86400;
}

}  // namespace

extern "C" {

[[gnu::visibility("default")]] int clock_gettime(clockid_t clock, timespec* now) noexcept {
  static const auto next = reinterpret_cast<ClockFunction>(::dlsym(RTLD_NEXT, "clock_gettime"));
  const int result = next(clock, now);
  if (result == 0 && clock == CLOCK_REALTIME) now->tv_sec += step();
  return result;
}

[[gnu::visibility("default")]] time_t time(time_t* out) noexcept {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  if (out != nullptr) *out = now.tv_sec;
  return now.tv_sec;
}

[[gnu::visibility("default")]] int gettimeofday(timeval* out, void*) noexcept {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  out->tv_sec = now.tv_sec;
  out->tv_usec = now.tv_nsec / 1000;
  return 0;
}

}  // extern "C"
