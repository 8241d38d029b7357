// The keys, N being a rank: who/N what a worker says of itself, beat/N a number that keeps changing, gone/N
// that it needs nothing any more, end why the group has ended. Only worker 0 reads beats, so the traffic
// grows with the number of workers and not with its square.
#include "workers/heartbeat_state.h"

#include <algorithm>
#include <sstream>
#include <thread>

#include <fmt/format.h>

#include "relprompt/error.h"

namespace relprompt::workers {
namespace {

constexpr std::chrono::milliseconds kJoinPause{50};  ///< between two looks while workers are still missing

std::string key(const char* what, std::size_t rank) {
  return fmt::format("{}/{}", what, rank);
}

std::string text_of(const Member& member) {
  return fmt::format("{} {} {}", member.where, member.address, member.group_size);
}

Member member_of(const std::string& text) {
  Member member;
  std::istringstream(text) >> member.where >> member.address >> member.group_size;
  return member;
}

}  // namespace

Heartbeat::State::State(std::unique_ptr<Store> the_store, std::size_t own_rank, const Member& self,
                        const Pace& the_pace)
    : store(std::move(the_store)),
      rank(own_rank),
      pace(the_pace),
      beats(self.group_size),
      last_tick(Clock::now()),
      members(self.group_size),
      gone(self.group_size, false),
      heard(self.group_size, Clock::now()),
      answered(Clock::now()) {
  members[rank] = self;
  const std::string standing = store->set_once(key("who", rank), text_of(self));
  if (standing != text_of(self)) {
    throw Error(
        ErrorCode::kBadArgument,
        fmt::format("two workers have rank {}: {} and {}", rank, member_of(standing).where, self.where),
        "give every worker its own RANK, and groups that run at the same time their own MASTER_PORT");
  }
}

void Heartbeat::State::run() {
  std::unique_lock<std::mutex> lock(mutex);
  try {
    while (!stopping) {
      lock.unlock();
      tick();
      const auto rest = pause();
      lock.lock();
      changed.wait_for(lock, rest, [&] { return stopping || !to_post.empty(); });
    }
    lock.unlock();
    say_goodbye();
    lock.lock();
  } catch (const std::exception&) {
    if (!lock.owns_lock()) lock.lock();
    store_lost = true;
  }
  stopped = true;
  changed.notify_all();
}

Clock::duration Heartbeat::State::pause() {
  const std::lock_guard<std::mutex> lock(mutex);
  const bool joining =
      std::any_of(members.begin(), members.end(), [](const Member& m) { return m.where.empty(); });
  return joining ? std::min(pace.interval, kJoinPause) : pace.interval;
}

void Heartbeat::State::tick() {
  store->set(key("beat", rank), std::to_string(++beat));
  std::string reason;
  {
    const std::lock_guard<std::mutex> lock(mutex);
    answered = Clock::now();
    reason = to_post;
  }
  if (!reason.empty()) post(reason);
  read_members();
  read_beats();
  if (rank == 0) check_timeouts();
  if (const auto end = store->get("end")) {
    {
      const std::lock_guard<std::mutex> lock(mutex);
      ended = *end;
    }
    if (rank != 0) part();
  }
}

void Heartbeat::State::post(const std::string& reason) {
  const std::string standing = store->set_once("end", reason);
  const std::lock_guard<std::mutex> lock(mutex);
  ended = standing;
  to_post.clear();
  changed.notify_all();
}

void Heartbeat::State::read_members() {
  for (std::size_t other = 0; other < members.size(); ++other) {
    if (!members[other].where.empty()) continue;  // only this thread writes them
    const auto text = store->get(key("who", other));
    if (!text) continue;
    const std::lock_guard<std::mutex> lock(mutex);
    members[other] = member_of(*text);
    heard[other] = Clock::now();
  }
}

void Heartbeat::State::read_beats() {
  const std::size_t end = rank == 0 ? members.size() : 1;
  for (std::size_t other = 0; other < end; ++other) {
    if (other == rank || members[other].where.empty()) continue;
    const auto now_beats = rank == 0 ? store->get(key("beat", other)) : std::nullopt;
    const bool parting = store->get(key("gone", other)).has_value();
    const std::lock_guard<std::mutex> lock(mutex);
    if (now_beats && *now_beats != beats[other]) {
      beats[other] = *now_beats;
      heard[other] = Clock::now();
    }
    gone[other] = parting;
  }
}

/// Worker 0 ends the group if somebody is silent.
void Heartbeat::State::check_timeouts() {
  const auto now = Clock::now();
  const bool slept = now - last_tick > pace.timeout / 2 + pace.interval;
  last_tick = now;
  std::string reason;
  {
    const std::lock_guard<std::mutex> lock(mutex);
    // If this process itself was stopped for a while, it has no say about the others.
    if (slept) std::fill(heard.begin(), heard.end(), now);
    for (std::size_t other = 1; other < members.size() && reason.empty(); ++other) {
      if (members[other].where.empty() || gone[other] || now - heard[other] <= pace.timeout) continue;
      reason = fmt::format("{} has died or cannot be reached: no sign of life for {:.3g} s",
                           name_of_worker(other, members[other]),
                           std::chrono::duration<double>(pace.timeout).count());
    }
  }
  if (!reason.empty()) post(reason);
}

void Heartbeat::State::part() {
  if (parted) return;
  store->set(key("gone", rank), "1");
  parted = true;
}

bool Heartbeat::State::all_gone() {
  const std::lock_guard<std::mutex> lock(mutex);
  for (std::size_t other = 0; other < members.size(); ++other) {
    const bool silent = Clock::now() - heard[other] > pace.timeout;
    if (other != rank && !members[other].where.empty() && !gone[other] && !silent) return false;
  }
  return true;
}

void Heartbeat::State::say_goodbye() {
  std::string reason;
  {
    const std::lock_guard<std::mutex> lock(mutex);
    reason = to_post;
  }
  if (!reason.empty()) post(reason);
  part();
  if (rank != 0) return;
  const auto deadline = Clock::now() + linger();
  for (read_beats(); !all_gone() && Clock::now() < deadline; read_beats()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

}  // namespace relprompt::workers
