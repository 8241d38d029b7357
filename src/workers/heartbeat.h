// Who is alive. A thread of every worker beats in worker 0's key-value store, however busy the worker is
// otherwise; worker 0 watches the beats, and the first reason for which the group ends is written there for
// all to read.
//
// Why not let the operations time out: a slow worker is not a dead one, and c10d's own errors name whichever
// neighbour noticed, not the worker that died.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "workers/c10d.h"

namespace relprompt::workers {

/// What a worker tells of itself when it joins.
struct Member {
  std::string where;           ///< "host:pid"; empty for a worker that has not joined
  std::string address;         ///< numeric, where the others reach it
  std::size_t group_size = 0;  ///< number of workers that it expects
};

class Heartbeat {
 public:
  struct Pace {
    std::chrono::milliseconds interval{2000};  ///< between two signs of life
    std::chrono::milliseconds timeout{20000};  ///< after which a worker without them counts as dead
  };

  /// Takes the place of `rank` and starts to beat. `store` is used by nobody else. Throws Error(kBadArgument)
  /// if another worker has this rank. Blocks as c10d does.
  Heartbeat(std::unique_ptr<Store> store, std::size_t rank, const Member& self, const Pace& pace);
  /// Says goodbye. Worker 0 waits until the others have heard why the group ends, at most for the silence
  /// limit.
  ~Heartbeat();
  Heartbeat(const Heartbeat&) = delete;
  Heartbeat& operator=(const Heartbeat&) = delete;

  /// All workers as far as they have joined, by rank.
  std::vector<Member> members() const;

  /// Throws Error(kLostWorker) if the group has ended: a worker failed, died or cannot be reached.
  void check() const;
  /// The same for somebody who waits for the others: then a worker that ended in good order is also missed.
  void check_waiting() const;

  /// For somebody whose operation failed: throws what ended the group as soon as that is known, else that
  /// `symptom`. The others are told.
  [[noreturn]] void explain(const std::string& symptom);

  /// Ends the group with a reason, unless it has ended already. Returns when the others can read it.
  void end(const std::string& reason);

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with the thread, which is left behind if the store never answers
};

/// "worker 1 (host:pid)".
std::string name_of_worker(std::size_t rank, const Member& member);

}  // namespace relprompt::workers
