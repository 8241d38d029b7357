#include "program.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file_journal.h"

namespace relprompt::test {
namespace {

namespace fs = std::filesystem;

void redirect(int stream, const fs::path& path) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (file < 0 || ::dup2(file, stream) < 0) std::_Exit(127);
}

}  // namespace

std::ostream& operator<<(std::ostream& stream, const Outcome& outcome) {
  return stream << "exit status " << outcome.status << "\n--- stdout\n"
                << outcome.out.substr(0, 4000) << "\n--- stderr\n"
                << outcome.err.substr(0, 4000) << "\n---";
}

pid_t Workplace::start(const std::vector<std::string>& arguments) const {
  std::vector<char*> words = {const_cast<char*>("relprompt")};
  for (const std::string& argument : arguments) words.push_back(const_cast<char*>(argument.c_str()));
  words.push_back(nullptr);
  const pid_t process = ::fork();
  if (process != 0) return process;
  if (::chdir(path().c_str()) != 0) std::_Exit(127);
  no_cache_folder ? ::unsetenv("XDG_CACHE_HOME") : ::setenv("XDG_CACHE_HOME", cache().c_str(), 1);
  ::setenv("RELPROMPT_CONFIG", "off", 1);  // not what the user of this machine has set
  ::unsetenv("RELPROMPT_MODEL");
  for (const auto& [name, value] : environment) ::setenv(name.c_str(), value.c_str(), 1);
  if (usual_defaults) ::unsetenv("RELPROMPT_CONFIG");
  if (!standard_input.empty()) {
    const int file = ::open(standard_input.c_str(), O_RDONLY);
    if (file < 0 || ::dup2(file, STDIN_FILENO) < 0) std::_Exit(127);
  }
  redirect(STDOUT_FILENO, standard_output.empty() ? streams_ / "out" : standard_output);
  redirect(STDERR_FILENO, streams_ / "err");
  if (file_size_limit > 0) {
    const struct rlimit limit = {file_size_limit, file_size_limit};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ::execv(RELPROMPT_PROGRAM, words.data());
  std::_Exit(127);
}

std::string Workplace::error_so_far() const {
  return fs::exists(streams_ / "err") ? read_text(streams_ / "err") : "";
}

Outcome Workplace::wait(pid_t process) const {
  int status = 0;
  while (::waitpid(process, &status, 0) < 0) {
    if (errno != EINTR) return {};
  }
  Outcome outcome;
  outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  if (standard_output.empty()) outcome.out = read_text(streams_ / "out");
  outcome.err = read_text(streams_ / "err");
  return outcome;
}

std::vector<std::string> Workplace::files(const std::string& folder) const {
  std::vector<std::string> names;
  const fs::path root = path() / folder;
  if (!fs::exists(root)) return names;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    if (entry.path().filename() == kJournalName) continue;
    // By the names alone: a program that is still writing may have renamed the file meanwhile.
    const fs::path name = entry.path().lexically_relative(root);
    if (name.begin()->string() == ".relprompt-parts") continue;
    if (entry.is_directory() && !fs::is_empty(entry.path())) continue;
    names.push_back(name.string() + (entry.is_directory() ? "/" : ""));
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace relprompt::test
