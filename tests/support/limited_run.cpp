#include "limited_run.h"

#include <cstdio>
#include <exception>
#include <fstream>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace relprompt::test {
namespace {

constexpr rlim_t kSeconds = 60;  // of processor time; what is attacked takes less than one

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif
#else
constexpr bool kSanitized = false;
#endif

rlim_t bytes_in_use() {
  std::size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return static_cast<rlim_t>(pages) * static_cast<rlim_t>(::sysconf(_SC_PAGESIZE));
}

[[noreturn]] void run_child(std::size_t mebibytes, const std::function<void()>& body) {
  const struct rlimit time = {kSeconds, kSeconds}, no_core = {0, 0};
  ::setrlimit(RLIMIT_CPU, &time);
  ::setrlimit(RLIMIT_CORE, &no_core);
  if (!kSanitized) {
    const rlim_t bytes = bytes_in_use() + (static_cast<rlim_t>(mebibytes) << 20);
    const struct rlimit memory = {bytes, bytes};
    ::setrlimit(RLIMIT_AS, &memory);
  }
  try {
    body();
  } catch (const std::exception& error) {
    std::printf("thrown: %s\n", error.what());
    std::fflush(stdout);
    ::_exit(2);
  }
  std::fflush(stdout);
  ::_exit(testing::Test::HasFailure() ? 1 : 0);
}

}  // namespace

void run_within(std::size_t mebibytes, const std::function<void()>& body) {
  std::fflush(stdout);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0) << "cannot fork";
  if (child == 0) run_child(mebibytes, body);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  const bool ended = WIFEXITED(status);
  EXPECT_TRUE(ended && WEXITSTATUS(status) == 0)
      << (ended ? "exit status " : "killed by signal ") << (ended ? WEXITSTATUS(status) : WTERMSIG(status))
      << " within " << mebibytes << " MiB and " << kSeconds << " s; what it said stands above";
}

}  // namespace relprompt::test
