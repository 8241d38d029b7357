// A file that becomes shorter while it is mapped, or whose disk fails, answers the next look at it with
// SIGBUS. A program can ask here for a message that names the file, and exit status 4, instead of a bare
// death. A library must not decide that for the program that uses it, so nothing happens unless it is asked
// for.
//
// The handler does not return. It writes a message and ends the process, with calls that a signal handler may
// make. It runs on a stack of its own: the look may come from a kernel that oneDNN generated, and these use
// the stack register as a general one. Each thread that reads mapped weights needs such a stack.
#pragma once

#include <cstddef>

namespace relprompt {

/// From now on a bus error in a file of base/mapped_file.h ends the process with status 4, other ones as
/// ever. Includes use_own_signal_stack() for the caller.
void answer_bus_errors();

/// Gives the calling thread a signal stack until it ends, if bus errors are answered; later calls do nothing.
void use_own_signal_stack();

/// Used by MappedFile: bytes and the name that messages give them, which must live until they are forgotten.
void remember_mapped_bytes(const void* begin, std::size_t size, const char* name) noexcept;
void forget_mapped_bytes(const void* begin) noexcept;

}  // namespace relprompt
