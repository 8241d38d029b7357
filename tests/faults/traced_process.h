// A program under ptrace whose system calls on files below a folder are counted, and one of them made to
// fail.
//
// Why ptrace and not a preloaded library: the C++ library, libpng and libtiff call write() inside libc, where
// interposed names are not seen. A seccomp filter stops the program at the interesting calls alone, so the
// others cost nothing.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace relprompt::faults {

/// What happens to the chosen call.
enum class Fault {
  kNone,         ///< calls are only counted
  kKill,         ///< SIGKILL before the call
  kDiskFull,     ///< ENOSPC from it and all later ones of its kind, as a full disk stays full
  kWriteError,   ///< EIO from a write
  kSyncError,    ///< EIO from fsync or fdatasync
  kRenameError,  ///< EIO from a rename
  kOpenError,    ///< EACCES from an open for writing, or mkdir
  kInterrupted,  ///< EINTR from a read or write
  kShortRead,    ///< half of the bytes, at least one
  kShortWrite    ///< the same of a write
};

/// By its name on the command line, such as "disk-full"; throws std::runtime_error.
Fault fault_named(const std::string& name);

struct Request {
  std::string folder;  ///< absolute; only calls on files below it count
  Fault fault = Fault::kNone;
  std::uint64_t at = 0;  ///< which call that the fault can strike, counted from 1
  std::vector<std::string> command;
};

struct Outcome {
  int status = -1;          ///< exit status, or 128 and the signal
  std::uint64_t calls = 0;  ///< that the fault can strike
  bool struck = false;
};

/// Runs the command to its end. Throws std::runtime_error if processes cannot be traced here.
Outcome run_traced(const Request& request);

}  // namespace relprompt::faults
