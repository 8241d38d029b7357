// A file that becomes shorter while it is mapped ends the program with its name, wherever that is noticed.
#include "base/bus_error.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/mapped_file.h"
#include "test_support.h"

namespace relprompt {
namespace {

constexpr std::size_t kBytes = 1 << 20;

/// Reads a byte as a kernel that oneDNN generated may do it: with a stack register that points to no stack.
char read_without_stack(const std::byte* place) {
#ifdef __x86_64__
  char value = 0;
  asm volatile(
      "mov %%rsp, %%r12\n\t"
      "xor %%esp, %%esp\n\t"
      "movb (%1), %0\n\t"
      "mov %%r12, %%rsp"
      : "=&r"(value)
      : "r"(place)
      : "r12", "memory");
  return value;
#else
  return static_cast<char>(*place);
#endif
}

[[noreturn]] void read_what_was_cut(const std::filesystem::path& path, bool on_a_thread) {
  answer_bus_errors();
  const MappedFile file(path);
  if (::truncate(path.c_str(), 1000) != 0) std::_Exit(1);
  const auto read = [&file] {
    use_own_signal_stack();
    std::_Exit(read_without_stack(file.data() + kBytes / 2) == 'x' ? 2 : 3);
  };
  if (on_a_thread) std::thread(read).join();
  read();
  std::_Exit(1);
}

TEST(BusError, NamesTheFileThatWasCut) {
  const test::TemporaryFolder folder;
  for (const bool on_a_thread : {false, true}) {
    test::write_text(folder / "clip\n.safetensors", std::string(kBytes, 'x'));
    EXPECT_EXIT(read_what_was_cut(folder / "clip\n.safetensors", on_a_thread), testing::ExitedWithCode(4),
                "error: cannot read .*clip\\?.safetensors: it became shorter")
        << on_a_thread;
  }
}

[[noreturn]] void read_a_map_of_another(const std::filesystem::path& path) {
  answer_bus_errors();
  { const MappedFile forgotten(path); }
  std::FILE* file = std::fopen(path.c_str(), "r+");
  const auto* bytes =
      static_cast<const std::byte*>(::mmap(nullptr, kBytes, PROT_READ, MAP_PRIVATE, ::fileno(file), 0));
  if (::truncate(path.c_str(), 0) != 0) std::_Exit(1);
  std::_Exit(read_without_stack(bytes) == 'x' ? 2 : 3);
}

TEST(BusError, OtherMapsDieAsEver) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "other", std::string(kBytes, 'x'));
  EXPECT_EXIT(read_a_map_of_another(folder / "other"), testing::KilledBySignal(SIGBUS), "");
}

}  // namespace
}  // namespace relprompt
