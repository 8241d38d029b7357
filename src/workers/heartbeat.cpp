#include "workers/heartbeat.h"

#include <thread>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "workers/heartbeat_state.h"
#include "workers/watched_calls.h"

namespace relprompt::workers {
namespace {

[[noreturn]] void lost(const std::string& reason) {
  throw Error(ErrorCode::kLostWorker, reason,
              "see that worker's own output; a run continues from its last checkpoint with --resume");
}

}  // namespace

std::string name_of_worker(std::size_t rank, const Member& member) {
  return fmt::format("worker {} ({})", rank, member.where.empty() ? "not joined" : member.where);
}

Heartbeat::Heartbeat(std::unique_ptr<Store> store, std::size_t rank, const Member& self, const Pace& pace)
    : state_(std::make_shared<State>(std::move(store), rank, self, pace)) {
  std::thread([state = state_] {
    ignore_broken_pipes();
    state->run();
  }).detach();
}

Heartbeat::~Heartbeat() {
  std::unique_lock<std::mutex> lock(state_->mutex);
  state_->stopping = true;
  state_->changed.notify_all();
  if (state_->unreachable) return;  // the thread hangs, and stays behind
  state_->changed.wait_for(lock, state_->linger() + 2 * state_->pace.interval,
                           [&] { return state_->stopped; });
}

std::vector<Member> Heartbeat::members() const {
  const std::lock_guard<std::mutex> lock(state_->mutex);
  return state_->members;
}

void Heartbeat::check() const {
  const std::lock_guard<std::mutex> lock(state_->mutex);
  state_->throw_if_ended(false);
}

void Heartbeat::check_waiting() const {
  const std::lock_guard<std::mutex> lock(state_->mutex);
  state_->throw_if_ended(true);
}

void Heartbeat::explain(const std::string& symptom) {
  const auto deadline = Clock::now() + state_->pace.timeout + 3 * state_->pace.interval;
  while (Clock::now() < deadline) {
    check_waiting();
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  end(fmt::format("{} cannot go on with the others, although all of them are alive: {}",
                  name_of_worker(state_->rank, members()[state_->rank]), symptom));
  check();
  lost(symptom);
}

void Heartbeat::end(const std::string& reason) {
  std::unique_lock<std::mutex> lock(state_->mutex);
  if (!state_->ended.empty() || state_->stopped) return;
  state_->to_post = reason;
  state_->changed.notify_all();
  state_->changed.wait_for(lock, state_->pace.timeout,
                           [&] { return state_->to_post.empty() || state_->stopped; });
  if (state_->ended.empty()) state_->ended = reason;
}

void Heartbeat::State::throw_if_ended(bool waiting) {
  if (!ended.empty()) lost(ended);
  const auto now = Clock::now();
  if (waiting) {
    // A worker may end normally while the last operation still runs elsewhere, hence the patience.
    for (std::size_t other = 0; other < gone.size() && rank == 0; ++other) {
      if (gone[other] && now - heard[other] > pace.timeout) {
        lost(name_of_worker(other, members[other]) + " ended while others were still waiting for it");
      }
    }
  } else if (gone[0]) {
    return;
  }
  if (store_lost) {
    ended = name_of_worker(0, members[0]) +
            (gone[0] ? " ended while others were still waiting for it" : " has died");
    lost(ended);
  }
  // After this process itself was stopped for a while, worker 0 gets one more beat to show up.
  if (now - answered <= pace.timeout) {
    suspected = {};
  } else if (suspected == Clock::time_point{}) {
    suspected = now;
  } else if (now - suspected > pace.interval) {
    unreachable = true;
    ended = who_blocks();
    lost(ended);
  }
}

/// c10d serves one request after the other, so a worker that stops in the middle of its request blocks worker
/// 0's key-value store for all. Worker 0 knows then that it is not itself the one, and not which of the
/// others is.
std::string Heartbeat::State::who_blocks() const {
  if (rank != 0) return name_of_worker(0, members[0]) + " does not answer any more";
  std::string others;
  for (std::size_t other = 1; other < members.size(); ++other) {
    others += (others.empty() ? "" : " or ") + name_of_worker(other, members[other]);
  }
  return others + " has stopped in the middle of a message and blocks all the others";
}

}  // namespace relprompt::workers
