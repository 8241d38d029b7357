// Ctrl-C and its relatives as requests, answered on a thread of our own.
//
// No signal may ever be delivered to a thread that computes: kernels that oneDNN generates use the stack
// register as a general one, and the kernel's signal frame would then be written into the heap. So SIGINT,
// SIGTERM, SIGHUP and SIGPIPE are blocked before the first library starts a thread, every thread inherits
// that, and one thread waits for them (sigwait). A handler on an alternate stack would not do for those four:
// it would still interrupt work at any instruction, and each of the libraries' threads would need such a
// stack.
//
// Until a command calls stop_between_steps(), the first signal ends the program at once: there is nothing to
// save. After it the first signal asks, and a second one ends the program at once.
#pragma once

#include <functional>
#include <string>

namespace relprompt::cli {

/// What a person who interrupts is told.
struct StopWords {
  std::string asked;                   ///< at the first signal: what is still being finished
  std::function<std::string()> ended;  ///< at the second: what is kept, and how to go on
};

/// Blocks the four for the calling thread and those that it starts.
void block_signals();

/// Starts the thread that answers signals; those that came since they were blocked are answered then. A
/// second call does nothing.
void answer_signals();

/// From now on the command asks interrupt_signal() between its steps. A later call replaces the words. Does
/// what answer_signals() does.
void stop_between_steps(const StopWords& words);

/// What the first signal says of a command that ends at once; empty: what it says otherwise. Of a text that
/// stays only while a part of the command runs.
void say_at_interrupt(const std::string& text);

/// The signal that asked us to stop, 0 if none did.
int interrupt_signal();

/// A reader of our output has gone: as if SIGPIPE had been sent to the program. (The kernel sends that one to
/// the thread that wrote, where it is blocked, and the write fails.)
void notice_broken_pipe();

}  // namespace relprompt::cli
