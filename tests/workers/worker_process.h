// Groups of worker_program processes on this machine.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <sys/types.h>

#include "listener.h"
#include "test_support.h"

namespace relprompt::test {

/// A running worker_program; killed when the object dies.
class WorkerProcess {
 public:
  WorkerProcess(const std::vector<std::string>& arguments,
                const std::map<std::string, std::string>& variables);
  ~WorkerProcess();
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;

  pid_t pid() const { return pid_; }
  /// All lines that it printed so far.
  std::string output() const { return read_text(folder_ / "out"); }
  /// Waits until the output has this text; fails the test after a while.
  void wait_for(const std::string& text) const;
  void signal(int number) const;
  /// Its exit status, or 128 + the signal that ended it; -1, and a failed test, if it does not end in time.
  int wait(std::chrono::seconds patience = std::chrono::seconds(60));

 private:
  TemporaryFolder folder_;
  pid_t pid_ = 0;
  int status_ = -1;
};

/// How a group is started.
struct Start {
  std::string part;
  std::size_t size = 2;
  std::uint16_t port = free_port();
  int join_ms = 60000;
  int timeout_ms = 3000;
  std::vector<std::size_t> absent{};               ///< ranks that are not started
  std::vector<std::string> devices{};              ///< of each rank; none: all on the CPU
  std::map<std::string, std::string> variables{};  ///< besides those that make it a worker
};

/// Starts the workers of a group, by rank; absent ones are null.
std::vector<std::unique_ptr<WorkerProcess>> start_workers(const Start& start);

/// One worker of such a group.
std::unique_ptr<WorkerProcess> start_worker(const Start& start, std::size_t rank);

}  // namespace relprompt::test
