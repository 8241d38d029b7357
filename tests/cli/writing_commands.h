// The commands of the program that write, and those that do not: a new one has to be named here
// (foreign_files_test.cpp).
#pragma once

#include <ostream>
#include <set>
#include <string>
#include <vector>

namespace relprompt::test {

/// What the same command does where it has been before.
enum class Again { kReplaces, kGoesOn, kNeedsForce };

struct Writer {
  std::string command;    ///< as a user types it
  std::string arguments;  ///< behind it, between blanks; the output is below out/
  Again again;
  std::vector<std::string> names;  ///< files that it writes; empty: learned by running it
};

inline std::ostream& operator<<(std::ostream& stream, const Writer& writer) {
  return stream << writer.command;
}

/// Every command that writes, with inputs that foreign_files_test.cpp makes.
std::vector<Writer> writers();
/// Commands that write nothing (but a cache).
std::set<std::string> read_only_commands();

}  // namespace relprompt::test
