// The small hub of hub_server.py, and an environment in which it is the only one.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <sys/types.h>

#include "test_support.h"

namespace relprompt::test {

/// Starts the server over a scratch folder, with HF_ENDPOINT, HF_HOME and short time limits set to suit, and
/// gives the environment back at the end. Needs python3: REQUIRE_LOCAL_HUB skips the test without it.
class LocalHub {
 public:
  LocalHub();
  ~LocalHub();
  LocalHub(const LocalHub&) = delete;
  LocalHub& operator=(const LocalHub&) = delete;

  static bool possible();
  bool runs() const { return hub_port_ != 0; }

  /// Adds a file to a repository.
  void add(const std::string& repository, const std::string& file, const std::string& bytes) const;
  /// Adds copies of a folder's files.
  void add_folder(const std::string& repository, const std::filesystem::path& folder) const;
  /// What goes wrong from now on: a JSON list, see hub_server.py. "" for nothing.
  void faults(const std::string& json) const;
  /// The requests until now, without those before the last forget_requests().
  std::vector<std::string> requests() const;
  /// Those that contain a text.
  std::size_t requests_with(const std::string& text) const;
  void forget_requests() const;
  /// No hub any more.
  void stop();

  std::filesystem::path cache() const { return home_ / "hub"; }
  std::filesystem::path home() const { return home_.path(); }
  std::string address(const std::string& where) const;
  /// Files, links ("NAME -> TARGET") and empty folders below the cache, sorted.
  std::vector<std::string> cache_files() const;

 private:
  void set(const std::string& name, const std::string& value);

  TemporaryFolder root_, home_;
  pid_t server_ = -1;
  int hub_port_ = 0, cdn_port_ = 0;
  std::map<std::string, std::pair<bool, std::string>> environment_;  ///< as it was
};

/// 40 hexadecimal digits, SHA-1 of a repository's name: the commit that the server says it is at.
std::string commit_of(const std::string& repository);
/// The names of blobs.
std::string sha256_of(const std::string& bytes);
std::string git_hash_of(const std::string& bytes);

}  // namespace relprompt::test

#define REQUIRE_LOCAL_HUB(variable)                                                                    \
  if (!relprompt::test::LocalHub::possible()) GTEST_SKIP() << "no python3, or no librelprompt-hub.so"; \
  relprompt::test::LocalHub variable;                                                                  \
  ASSERT_TRUE(variable.runs())
