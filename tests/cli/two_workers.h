// A toy training run by two workers on this machine.
#pragma once

#include <cstdlib>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "listener.h"
#include "program.h"
#include "toy_run.h"

namespace relprompt::test {

class TwoWorkers : public testing::Test {
 protected:
  TwoWorkers() {
    write_toy_set(first_ / "set", 10, 3);
    write_toy_clip(first_ / "clip");
    write_text(first_ / "toy.yaml", toy_config());
  }

  /// Starts worker `rank` of two, in a folder of its own but on the same files.
  pid_t start(int rank, std::uint16_t port, const std::vector<std::string>& arguments) {
    ::setenv("RANK", std::to_string(rank).c_str(), 1);
    ::setenv("WORLD_SIZE", "2", 1);
    ::setenv("MASTER_ADDR", "127.0.0.1", 1);
    ::setenv("MASTER_PORT", std::to_string(port).c_str(), 1);
    const auto process = (rank == 0 ? first_ : second_).start(arguments);
    for (const auto* name : {"RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT"}) ::unsetenv(name);
    return process;
  }

  /// The command that trains into the folder `output`.
  std::vector<std::string> command(const std::string& output,
                                   const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words = {
        "train",  (first_ / "toy.yaml").string(), "--clip", (first_ / "clip").string(),
        "--data", (first_ / "set").string(),      "-o",     (first_ / output).string()};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }

  Workplace first_, second_;
};

}  // namespace relprompt::test
