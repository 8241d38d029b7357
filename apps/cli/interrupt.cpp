#include "interrupt.h"

#include <csignal>

namespace relprompt::cli {
namespace {

volatile std::sig_atomic_t noticed_signal = 0;

extern "C" void notice_signal(int number) {
  noticed_signal = number;
}

}  // namespace

void catch_interrupts() {
  struct sigaction action = {};
  action.sa_handler = notice_signal;
  // SA_RESETHAND: a second Ctrl-C does what it always does.
  action.sa_flags = static_cast<int>(SA_RESTART | SA_RESETHAND);
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

int interrupt_signal() {
  return noticed_signal;
}

}  // namespace relprompt::cli
