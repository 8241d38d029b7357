#include "interrupt.h"

#include <atomic>
#include <chrono>
#include <csignal>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>

#include <pthread.h>
#include <unistd.h>

#include "base/temporaries.h"
#include "terminal.h"

namespace relprompt::cli {
namespace {

using Clock = std::chrono::steady_clock;

// timeout(1) signals the program and then its whole group, and a terminal that goes away is announced by the
// kernel and by the shell. People are slower than that.
constexpr std::chrono::milliseconds kSameRequest(100);

std::atomic<int> noticed_signal{0};

constexpr const char* kEnding = "interrupted; nothing half-written is left";

/// What the command said about itself; shared with the thread that answers.
struct Command {
  std::mutex mutex;
  bool stops_between_steps = false;
  StopWords words;
  std::string ending = kEnding;
};

Command& command() {
  static auto* const instance = new Command;  // never destroyed: the thread outlives main
  return *instance;
}

/// The signals that are handled here. SIGHUP stays ignored for who started us with nohup.
sigset_t handled_signals() {
  sigset_t signals;
  ::sigemptyset(&signals);
  for (const int number : {SIGINT, SIGTERM, SIGPIPE}) ::sigaddset(&signals, number);
  struct sigaction hang_up {};
  const bool ignored = ::sigaction(SIGHUP, nullptr, &hang_up) == 0 && hang_up.sa_handler == SIG_IGN;
  if (!ignored) ::sigaddset(&signals, SIGHUP);
  return signals;
}

/// write(2), because stdio's lock may be held by a thread that is stuck in a write.
void say(const std::string& text) {
  const std::string line = (stderr_is_terminal() ? "\r\x1b[K" : "") + text + "\n";
  static_cast<void>(::write(STDERR_FILENO, line.data(), line.size()) != 0);
}

/// Without destructors: threads are busy with what these would take away.
[[noreturn]] void end_at_once(int signal, const std::string& text) {
  say(text);
  remove_own_temporaries();
  ::_exit(128 + signal);
}

void answer(int signal) {
  Command& current = command();
  const std::lock_guard<std::mutex> lock(current.mutex);
  if (!current.stops_between_steps) end_at_once(signal, current.ending);
  noticed_signal = signal;
  say(current.words.asked + "; Ctrl-C once more ends at once");
}

/// Answers the first signal, then waits for a second one that a person may have sent.
void listen() {
  const sigset_t signals = handled_signals();
  Clock::time_point first{};
  for (int signal = 0; ::sigwait(&signals, &signal) == 0;) {
    if (interrupt_signal() == 0) {
      answer(signal);
      first = Clock::now();
      continue;
    }
    const bool another = signal == SIGINT || signal == SIGTERM;
    if (!another || Clock::now() - first < kSameRequest) continue;
    Command& current = command();
    const std::lock_guard<std::mutex> lock(current.mutex);
    end_at_once(signal, "ended at once; " + current.words.ended());
  }
}

}  // namespace

void block_signals() {
  const sigset_t signals = handled_signals();
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

void answer_signals() {
  static std::once_flag once;
  std::call_once(once, [] {
    block_signals();  // where the loader knows no .preinit_array
    try {
      std::thread(listen).detach();
    } catch (const std::system_error&) {  // no thread to be had: signals do what they always did
      const sigset_t signals = handled_signals();
      ::pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
    }
  });
}

void stop_between_steps(const StopWords& words) {
  {
    Command& current = command();
    const std::lock_guard<std::mutex> lock(current.mutex);
    current.stops_between_steps = true;
    current.words = words;
  }
  answer_signals();
}

void say_at_interrupt(const std::string& text) {
  Command& current = command();
  const std::lock_guard<std::mutex> lock(current.mutex);
  current.ending = text.empty() ? kEnding : text;
}

int interrupt_signal() {
  return noticed_signal;
}

void notice_broken_pipe() {
  int none = 0;
  noticed_signal.compare_exchange_strong(none, SIGPIPE);
}

}  // namespace relprompt::cli
