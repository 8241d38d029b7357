// Ctrl-C as a request: the first one lets the current photo end cleanly, the second one kills at once.
#pragma once

namespace relprompt::cli {

/// Starts to notice SIGINT and SIGTERM instead of dying from them.
void catch_interrupts();

/// The signal that asked us to stop, 0 if none did.
int interrupt_signal();

}  // namespace relprompt::cli
