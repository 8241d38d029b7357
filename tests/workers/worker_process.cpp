#include "worker_process.h"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <thread>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace relprompt::test {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kGlance{10};

/// This process's variables without those of launchers, and with these.
std::vector<std::string> variables_with(const std::map<std::string, std::string>& extra) {
  std::vector<std::string> all;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string text = *variable;
    const bool of_launcher = text.rfind("SLURM_", 0) == 0 || text.rfind("RANK=", 0) == 0 ||
                             text.rfind("WORLD_SIZE=", 0) == 0 || text.rfind("LOCAL_RANK=", 0) == 0 ||
                             text.rfind("MASTER_", 0) == 0;
    if (!of_launcher) all.push_back(text);
  }
  for (const auto& [name, value] : extra) all.push_back(name + "=" + value);
  return all;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (std::string& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

}  // namespace

WorkerProcess::WorkerProcess(const std::vector<std::string>& arguments,
                             const std::map<std::string, std::string>& variables) {
  std::vector<std::string> words{RELPROMPT_WORKER_PROGRAM};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<std::string> environment = variables_with(variables);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  const std::string out = folder_ / "out";
  ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, out.c_str(), O_WRONLY | O_CREAT | O_TRUNC,
                                     0644);
  const int problem = ::posix_spawn(&pid_, words.front().c_str(), &actions, nullptr, pointers(words).data(),
                                    pointers(environment).data());
  ::posix_spawn_file_actions_destroy(&actions);
  EXPECT_EQ(problem, 0) << words.front();
}

WorkerProcess::~WorkerProcess() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

void WorkerProcess::wait_for(const std::string& text) const {
  const auto deadline = Clock::now() + std::chrono::seconds(60);
  while (output().find(text) == std::string::npos) {
    ASSERT_LT(Clock::now(), deadline) << "no '" << text << "' in:\n" << output();
    std::this_thread::sleep_for(kGlance);
  }
}

void WorkerProcess::signal(int number) const {
  EXPECT_EQ(::kill(pid_, number), 0);
}

int WorkerProcess::wait(std::chrono::seconds patience) {
  const auto deadline = Clock::now() + patience;
  while (pid_ > 0) {
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) == pid_) {
      status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
      pid_ = 0;
    } else if (Clock::now() > deadline) {
      ADD_FAILURE() << "worker still runs after " << patience.count() << " s:\n" << output();
      return -1;
    } else {
      std::this_thread::sleep_for(kGlance);
    }
  }
  return status_;
}

std::unique_ptr<WorkerProcess> start_worker(const Start& start, std::size_t rank) {
  const std::vector<std::string> arguments{start.part, std::to_string(start.join_ms),
                                           std::to_string(start.timeout_ms),
                                           start.devices.empty() ? "cpu" : start.devices.at(rank)};
  std::map<std::string, std::string> variables{{"RANK", std::to_string(rank)},
                                               {"WORLD_SIZE", std::to_string(start.size)},
                                               {"MASTER_ADDR", "127.0.0.1"},
                                               {"MASTER_PORT", std::to_string(start.port)}};
  variables.insert(start.variables.begin(), start.variables.end());
  return std::make_unique<WorkerProcess>(arguments, variables);
}

std::vector<std::unique_ptr<WorkerProcess>> start_workers(const Start& start) {
  std::vector<std::unique_ptr<WorkerProcess>> workers;
  for (std::size_t rank = 0; rank < start.size; ++rank) {
    const bool absent = std::count(start.absent.begin(), start.absent.end(), rank) > 0;
    workers.push_back(absent ? nullptr : start_worker(start, rank));
  }
  return workers;
}

}  // namespace relprompt::test
