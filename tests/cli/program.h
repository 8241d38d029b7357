// Runs the real program as a user's shell would, and looks at all it leaves: status, both streams, files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <sys/types.h>

#include "test_support.h"

namespace relprompt::test {

/// What a run left.
struct Outcome {
  int status = -1;  ///< exit status; 128 + signal number if a signal ended it
  std::string out, err;
};

/// Prints the streams, so that a failed expectation shows what the program said.
std::ostream& operator<<(std::ostream& stream, const Outcome& outcome);

/// A scratch folder in which the program runs, with a text cache of its own.
class Workplace {
 public:
  const std::filesystem::path& path() const { return folder_.path(); }
  std::filesystem::path operator/(const std::string& name) const { return folder_ / name; }

  /// Largest file that the program may write in bytes, a stand-in for a full disk; 0: no limit.
  std::uint64_t file_size_limit = 0;
  /// Where the program's standard output goes instead of into Outcome::out.
  std::filesystem::path standard_output;

  /// What the program reads as its standard input; empty: the test's own.
  std::filesystem::path standard_input;
  /// Environment variables on top of the test's own; RELPROMPT_MODEL is not set and RELPROMPT_CONFIG is off
  /// otherwise.
  std::map<std::string, std::string> environment;

  /// The file of defaults in its usual place is read.
  bool usual_defaults = false;

  /// The program's own choice of a cache folder, by the test's environment.
  bool no_cache_folder = false;

  /// Where the program's cache is otherwise: its XDG_CACHE_HOME.
  std::filesystem::path cache() const { return streams_ / "cache"; }

  /// Runs `relprompt ARGUMENTS` to its end in this folder.
  Outcome run(const std::vector<std::string>& arguments) const { return wait(start(arguments)); }

  /// Starts it; wait() collects what it left. One process at a time.
  pid_t start(const std::vector<std::string>& arguments) const;
  Outcome wait(pid_t process) const;

  /// What the program that was started has written to the standard error up to now.
  std::string error_so_far() const;

  /// All files and empty folders below `folder`, relative to it and sorted, without what the program keeps
  /// there for itself: the lists of what it wrote (base/file_journal.h), and .relprompt-parts. Empty if the
  /// folder does not exist.
  std::vector<std::string> files(const std::string& folder) const;

 private:
  TemporaryFolder folder_;
  TemporaryFolder streams_;
};

}  // namespace relprompt::test
