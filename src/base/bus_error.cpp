#include "base/bus_error.h"

#include <array>
#include <atomic>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <memory>

#include <unistd.h>

#include "relprompt/error.h"

#include "base/process_state.h"

namespace relprompt {
namespace {

/// Read by the handler without a lock. Maps beyond the table are not named.
struct Entry {
  std::atomic<std::uintptr_t> begin{0};  ///< 0: free
  std::atomic<std::size_t> size{0};
  std::atomic<const char*> name{nullptr};
};

struct MappedFiles {
  std::array<Entry, 1024> entries;
  std::atomic<bool> answered{false};
};

MappedFiles& mapped_files() {
  return process_wide<MappedFiles>("mapped files");
}

// In Entry::begin while the others are being set; no file is mapped there.
constexpr std::uintptr_t kBeingWritten = 1;

class SignalStack {
 public:
  SignalStack() {
    // The frame alone may take 11 KiB where the processor has matrix registers.
    constexpr std::size_t kBytes = std::size_t{1} << 16;
    bytes_.reset(new std::byte[kBytes]);
    stack_t stack{};
    stack.ss_sp = bytes_.get();
    stack.ss_size = kBytes;
    ::sigaltstack(&stack, nullptr);
  }
  ~SignalStack() {
    stack_t none{};
    none.ss_flags = SS_DISABLE;
    ::sigaltstack(&none, nullptr);
  }
  SignalStack(const SignalStack&) = delete;
  SignalStack& operator=(const SignalStack&) = delete;

 private:
  std::unique_ptr<std::byte[]> bytes_;
};

void say(const char* text, std::size_t size) {
  static_cast<void>(::write(STDERR_FILENO, text, size) != 0);
}

void say(const char* text) {
  say(text, std::strlen(text));
}

/// A file's name as a terminal can bear it.
void say_name(const char* name) {
  std::array<char, 4096> shown{};
  std::size_t size = 0;
  for (; name[size] != '\0' && size < shown.size(); ++size) {
    const auto byte = static_cast<unsigned char>(name[size]);
    shown[size] = byte < 0x20 || byte == 0x7F ? '?' : name[size];
  }
  say(shown.data(), size);
}

const char* name_at(std::uintptr_t address) {
  for (const Entry& entry : mapped_files().entries) {
    const std::uintptr_t begin = entry.begin;
    if (begin > kBeingWritten && address >= begin && address - begin < entry.size) return entry.name;
  }
  return nullptr;
}

void answer(int number, siginfo_t* info, void* /*context*/) {
  const char* name = name_at(reinterpret_cast<std::uintptr_t>(info->si_addr));
  if (name == nullptr) {
    // Not ours: back to where it happened, to die of it as without this handler.
    ::signal(number, SIG_DFL);
    return;
  }
  say("relprompt: error: cannot read ");
  say_name(name);
  say(": it became shorter while it was in use, or its disk failed\n"
      "  copy it again, and leave it alone while the program runs\n");
  ::_exit(exit_status(ErrorCode::kTruncatedArchive));
}

}  // namespace

void answer_bus_errors() {
  mapped_files().answered = true;  // also makes the table, which the handler must not
  use_own_signal_stack();
  struct sigaction action {};
  action.sa_sigaction = answer;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  ::sigemptyset(&action.sa_mask);
  ::sigaction(SIGBUS, &action, nullptr);
}

void use_own_signal_stack() {
  if (!mapped_files().answered) return;
  thread_local const SignalStack stack;
  static_cast<void>(stack);
}

void remember_mapped_bytes(const void* begin, std::size_t size, const char* name) noexcept {
  for (Entry& entry : mapped_files().entries) {
    std::uintptr_t free = 0;
    if (!entry.begin.compare_exchange_strong(free, kBeingWritten)) continue;
    entry.size = size;
    entry.name = name;
    entry.begin = reinterpret_cast<std::uintptr_t>(begin);
    return;
  }
}

void forget_mapped_bytes(const void* begin) noexcept {
  for (Entry& entry : mapped_files().entries) {
    if (entry.begin == reinterpret_cast<std::uintptr_t>(begin)) {
      entry.begin = 0;
      return;
    }
  }
}

}  // namespace relprompt
