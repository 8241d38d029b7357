// What several test programs need: scratch folders, the shared goldens, and error expectations.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "relprompt/error.h"

namespace relprompt::test {

/// More goldens, too large for the repository, and real images: the folder $RELPROMPT_SHARED, else ../shared
/// beside the source tree; nullopt if there is none. Tests that need it call GTEST_SKIP() then.
std::optional<std::filesystem::path> shared_folder();

/// The goldens that every clone has: tests/golden.
std::filesystem::path golden_folder();

/// A fresh empty folder, removed with everything in it when the object dies.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

/// The whole file as bytes; fails the test if it cannot be read.
std::string read_text(const std::filesystem::path& path);
/// Writes bytes, for hand-made bad files.
void write_text(const std::filesystem::path& path, const std::string& bytes);

}  // namespace relprompt::test

/// Expects `statement` to throw relprompt::Error with this code and a message that contains `fragment`.
#define EXPECT_ERROR(statement, expected_code, fragment)                                                 \
  do {                                                                                                   \
    try {                                                                                                \
      statement;                                                                                         \
      ADD_FAILURE() << "no error from " #statement;                                                      \
    } catch (const relprompt::Error& error) {                                                            \
      EXPECT_STREQ(relprompt::name_of(error.code()), relprompt::name_of(expected_code)) << error.what(); \
      EXPECT_NE(std::string(error.what()).find(fragment), std::string::npos) << error.what();            \
    }                                                                                                    \
  } while (false)

#define RELPROMPT_REQUIRE_SHARED(variable)                         \
  const auto variable##_option = relprompt::test::shared_folder(); \
  if (!variable##_option) GTEST_SKIP() << "no ../shared folder";   \
  const std::filesystem::path& variable = *variable##_option
