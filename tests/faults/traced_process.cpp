#include "traced_process.h"

#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstddef>
#include <cstring>
#include <stdexcept>
#include <utility>

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

namespace relprompt::faults {
namespace {

constexpr std::array kStopped = {SYS_read,   SYS_pread64,   SYS_write,     SYS_pwrite64, SYS_writev,
                                 SYS_fsync,  SYS_fdatasync, SYS_rename,    SYS_renameat, SYS_renameat2,
                                 SYS_openat, SYS_mkdir,     SYS_ftruncate, SYS_unlink,   SYS_unlinkat,
                                 SYS_linkat, SYS_link};

bool is_one_of(long number, std::initializer_list<long> numbers) {
  for (const long other : numbers) {
    if (number == other) return true;
  }
  return false;
}

bool is_read(long number) {
  return is_one_of(number, {SYS_read, SYS_pread64});
}
bool is_write(long number) {
  return is_one_of(number, {SYS_write, SYS_pwrite64, SYS_writev});
}
bool is_rename(long number) {
  return is_one_of(number, {SYS_rename, SYS_renameat, SYS_renameat2, SYS_linkat, SYS_link});
}
bool is_sync(long number) {
  return is_one_of(number, {SYS_fsync, SYS_fdatasync});
}
bool opens_for_writing(const user_regs_struct& registers) {
  const auto number = static_cast<long>(registers.orig_rax);
  return number == SYS_mkdir ||
         (number == SYS_openat && (registers.rdx & (O_WRONLY | O_RDWR | O_CREAT)) != 0);
}

/// In the child, before it becomes the program.
[[noreturn]] void become(const std::vector<std::string>& command) {
  std::vector<sock_filter> filter = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr))};
  for (std::size_t i = 0; i < kStopped.size(); ++i) {
    const auto past = static_cast<std::uint8_t>(kStopped.size() - i);
    filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(kStopped[i]), past, 0));
  }
  filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE));
  sock_fprog program = {static_cast<unsigned short>(filter.size()), filter.data()};
  std::vector<char*> words;
  for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  const bool ready = ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) == 0 && ::raise(SIGSTOP) == 0 &&
                     ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
                     ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
  if (ready) ::execvp(words[0], words.data());
  ::_exit(127);
}

std::string text_at(pid_t thread, std::uint64_t address) {
  std::string text(PATH_MAX, '\0');
  const iovec own = {text.data(), text.size()};
  // A page at a time would be needed at the end of a mapping; paths lie inside one in practice, and a shorter
  // read is fine.
  const iovec other = {reinterpret_cast<void*>(address), text.size()};
  ssize_t size = ::process_vm_readv(thread, &own, 1, &other, 1, 0);
  if (size <= 0) {
    const std::uint64_t rest = 4096 - address % 4096;
    const iovec page = {reinterpret_cast<void*>(address), rest};
    size = ::process_vm_readv(thread, &own, 1, &page, 1, 0);
  }
  text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return text.substr(0, text.find('\0'));
}

std::string link_at(const std::string& path) {
  std::string target(PATH_MAX, '\0');
  const ssize_t size = ::readlink(path.c_str(), target.data(), target.size());
  return target.substr(0, size > 0 ? static_cast<std::size_t>(size) : 0);
}

class Tracer {
 public:
  explicit Tracer(const Request& request) : request_(request) {}

  Outcome run() {
    const pid_t child = ::fork();
    if (child == 0) become(request_.command);
    int status = 0;
    if (::waitpid(child, &status, 0) < 0 || !WIFSTOPPED(status))
      throw std::runtime_error("processes cannot be traced here");
    const long options = PTRACE_O_TRACESECCOMP | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK |
                         PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
    if (::ptrace(PTRACE_SETOPTIONS, child, nullptr, options) != 0)
      throw std::runtime_error("processes cannot be traced here");
    ::ptrace(PTRACE_CONT, child, nullptr, nullptr);
    follow(child);
    return outcome_;
  }

 private:
  void follow(pid_t child) {
    for (int status = 0;;) {
      const pid_t thread = ::waitpid(-1, &status, __WALL);
      if (thread < 0) return;
      if (WIFEXITED(status) || WIFSIGNALED(status)) {
        if (thread == child)
          outcome_.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        continue;
      }
      const int event = status >> 16, signal = WSTOPSIG(status);
      if (event == PTRACE_EVENT_SECCOMP) at_call(thread);
      // The stop of a new thread, and those of events, are ptrace's own; all others belong to the program.
      const bool own = event != 0 || signal == SIGSTOP || signal == SIGTRAP;
      ::ptrace(PTRACE_CONT, thread, nullptr,
               reinterpret_cast<void*>(static_cast<std::intptr_t>(own ? 0 : signal)));
    }
  }

  void at_call(pid_t thread) {
    user_regs_struct registers{};
    if (::ptrace(PTRACE_GETREGS, thread, nullptr, &registers) != 0) return;
    if (!is_possible(registers) || !is_below(thread, registers)) return;
    ++outcome_.calls;
    const bool stays = request_.fault == Fault::kDiskFull && outcome_.struck;
    if (request_.fault == Fault::kNone || (outcome_.calls != request_.at && !stays)) return;
    outcome_.struck = true;
    strike(thread, registers);
  }

  /// Whether the fault can strike this call.
  bool is_possible(const user_regs_struct& registers) const {
    const auto number = static_cast<long>(registers.orig_rax);
    switch (request_.fault) {
      case Fault::kNone:
      case Fault::kKill:
        return !is_read(number) && (number != SYS_openat || opens_for_writing(registers));
      case Fault::kDiskFull:
        return is_write(number) || opens_for_writing(registers) || number == SYS_ftruncate;
      case Fault::kWriteError:
      case Fault::kShortWrite:
        return is_write(number);
      case Fault::kSyncError:
        return is_sync(number);
      case Fault::kRenameError:
        return is_rename(number);
      case Fault::kOpenError:
        return opens_for_writing(registers);
      case Fault::kInterrupted:
        return is_write(number) || is_read(number);
      case Fault::kShortRead:
        return is_read(number);
    }
    return false;
  }

  bool is_below(pid_t thread, const user_regs_struct& registers) const {
    const auto number = static_cast<long>(registers.orig_rax);
    std::string path;
    if (is_one_of(number, {SYS_rename, SYS_mkdir, SYS_unlink, SYS_link})) {
      path = text_at(thread, registers.rdi);
    } else if (is_one_of(number, {SYS_openat, SYS_renameat, SYS_renameat2, SYS_unlinkat, SYS_linkat})) {
      path = text_at(thread, registers.rsi);
    } else {
      path = link_at("/proc/" + std::to_string(thread) + "/fd/" + std::to_string(registers.rdi));
      if (path.empty() || path.front() != '/') return false;  // a pipe, a socket, memory
    }
    if (path.empty()) return false;
    if (path.front() != '/') path = link_at("/proc/" + std::to_string(thread) + "/cwd") + "/" + path;
    return path.compare(0, request_.folder.size() + 1, request_.folder + "/") == 0;
  }

  void strike(pid_t thread, user_regs_struct registers) {
    if (request_.fault == Fault::kKill) {
      ::kill(thread, SIGKILL);
      return;
    }
    if (request_.fault == Fault::kShortRead || request_.fault == Fault::kShortWrite) {
      // writev has a list of buffers there; only the first is written then.
      if (registers.rdx > 1)
        registers.rdx = static_cast<long>(registers.orig_rax) == SYS_writev ? 1 : registers.rdx / 2;
    } else {
      registers.orig_rax = static_cast<unsigned long long>(-1);  // the call is left out
      registers.rax = static_cast<unsigned long long>(-error());
    }
    ::ptrace(PTRACE_SETREGS, thread, nullptr, &registers);
  }

  int error() const {
    if (request_.fault == Fault::kDiskFull) return ENOSPC;
    if (request_.fault == Fault::kInterrupted) return EINTR;
    return request_.fault == Fault::kOpenError ? EACCES : EIO;
  }

  const Request& request_;
  Outcome outcome_;
};

}  // namespace

Fault fault_named(const std::string& name) {
  constexpr std::pair<const char*, Fault> kNames[] = {{"none", Fault::kNone},
                                                      {"kill", Fault::kKill},
                                                      {"disk-full", Fault::kDiskFull},
                                                      {"write-error", Fault::kWriteError},
                                                      {"sync-error", Fault::kSyncError},
                                                      {"rename-error", Fault::kRenameError},
                                                      {"open-error", Fault::kOpenError},
                                                      {"interrupted", Fault::kInterrupted},
                                                      {"short-read", Fault::kShortRead},
                                                      {"short-write", Fault::kShortWrite}};
  for (const auto& [known, fault] : kNames) {
    if (name == known) return fault;
  }
  throw std::runtime_error("no fault is called " + name);
}

Outcome run_traced(const Request& request) {
  return Tracer(request).run();
}

}  // namespace relprompt::faults
