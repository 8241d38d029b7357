// The half of Heartbeat that its thread owns: everything that talks to worker 0's key-value store.
#pragma once

#include <condition_variable>
#include <mutex>

#include "workers/heartbeat.h"

namespace relprompt::workers {

using Clock = std::chrono::steady_clock;

struct Heartbeat::State {
  State(std::unique_ptr<Store> the_store, std::size_t own_rank, const Member& self, const Pace& the_pace);

  void run();                         ///< the thread
  void throw_if_ended(bool waiting);  ///< under the lock
  Clock::duration linger() const { return rank == 0 ? pace.timeout : 2 * pace.interval; }

  // Fixed, or used by the thread alone.
  const std::unique_ptr<Store> store;
  const std::size_t rank;
  const Pace pace;
  std::vector<std::string> beats;  ///< last seen of every worker
  std::size_t beat = 0;
  bool parted = false;  ///< has said goodbye
  Clock::time_point last_tick;

  // Under the lock.
  mutable std::mutex mutex;
  std::condition_variable changed;
  std::vector<Member> members;
  std::vector<bool> gone;                ///< have said goodbye
  std::vector<Clock::time_point> heard;  ///< when beats last changed; worker 0 alone looks at them
  std::string ended;                     ///< why the group has ended; empty while it has not
  std::string to_post;                   ///< such a reason that the others do not know yet
  bool store_lost = false;               ///< worker 0 hung up
  bool unreachable = false;              ///< worker 0 does not answer; nobody waits for the thread any more
  bool stopping = false, stopped = false;
  Clock::time_point answered;   ///< when worker 0 last answered
  Clock::time_point suspected;  ///< since when it seems not to; the epoch: it does not

 private:
  void tick();
  void post(const std::string& reason);
  void read_members();
  void read_beats();
  void check_timeouts();
  void part();
  void say_goodbye();
  bool all_gone();
  Clock::duration pause();
  std::string who_blocks() const;
};

}  // namespace relprompt::workers
