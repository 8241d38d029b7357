// Which of how many workers this process is, read from the variables that launchers set. Without LibTorch, so
// that every combination of variables can be tested in microseconds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace relprompt::processes {

struct Environment {
  std::size_t rank = 0;        ///< of this process, below `size`
  std::size_t size = 1;        ///< number of processes
  std::size_t local_rank = 0;  ///< among the processes of this machine; chooses the GPU
  std::string address;         ///< host name or address of worker 0; empty for a single worker
  std::uint16_t port = 0;      ///< on which worker 0 listens; 0 for a single worker
  std::string how;             ///< where this comes from, for logs: "alone", "RANK" or "Slurm"
};

/// The value of a variable of this name, or nullopt.
using Variables = std::function<std::optional<std::string>(const char*)>;

/// Reads torchrun's variables (RANK, WORLD_SIZE, LOCAL_RANK, MASTER_ADDR, MASTER_PORT), else those that
/// Slurm's srun sets for its tasks, else answers a single worker. Empty values count as unset. Under Slurm,
/// MASTER_ADDR and MASTER_PORT win over the first host of the node list and a port made from the job's
/// number. LOCAL_RANK defaults to RANK, which is right on one machine. Throws Error(kBadArgument), naming
/// variable and value, if they are incomplete, contradict each other or are no numbers.
Environment environment_from(const Variables& variable);

/// The same from the variables of this process.
Environment environment();

}  // namespace relprompt::processes
