// How workers find each other: worker 0 listens, all the others come to it and tell who they are, and when
// the last one is there they connect with each other.
#include <algorithm>
#include <thread>

#include <fmt/format.h>
#include <unistd.h>

#include "relprompt/error.h"

#include "workers/c10d.h"
#include "workers/c10d_process_group.h"
#include "workers/heartbeat.h"
#include "workers/local_address.h"
#include "workers/watched_calls.h"
#include "workers/workers.h"

namespace relprompt::workers {
namespace {

using Clock = std::chrono::steady_clock;

class Alone : public Workers {
 public:
  std::size_t rank() const override { return 0; }
  std::size_t size() const override { return 1; }
  void all_reduce(std::vector<torch::Tensor>&) override {}
  void broadcast(std::vector<torch::Tensor>&) override {}
  std::vector<std::string> gather(const std::string& text) override { return {text}; }
  std::string broadcast_text(const std::string& text) override { return text; }
  void barrier() override {}
  void check() override {}
  void leave(const std::string&) noexcept override {}
};

/// The steps of joining, with what they share.
class Joining {
 public:
  Joining(const processes::Environment& environment, const Options& options)
      : environment_(environment),
        options_(options),
        deadline_(Clock::now() + options.join_timeout),
        at_{environment.address, environment.port} {}

  std::unique_ptr<Workers> run() {
    self_.where = fmt::format("{}:{}", host_name(), ::getpid());
    self_.address = local_address_towards(environment_.address);
    self_.group_size = environment_.size;
    if (environment_.rank != 0) wait_for_worker_0();
    start_heart();
    wait_for_all();
    return connect();
  }

 private:
  double seconds() const { return std::chrono::duration<double>(options_.join_timeout).count(); }

  [[noreturn]] void no_answer(const std::string& what) const {
    throw Error(ErrorCode::kLostWorker,
                fmt::format("worker 0 does not answer at {}:{}: {}", at_.host, at_.port, what),
                "check that worker 0 was started and that MASTER_ADDR and MASTER_PORT are the same for all");
  }

  /// c10d's own retries would fill the screen with warnings while worker 0 is still starting.
  void wait_for_worker_0() const {
    constexpr std::chrono::milliseconds kPatience{2000}, kPause{50};
    while (!answers(at_.host, at_.port, std::min(kPatience, options_.join_timeout))) {
      if (Clock::now() > deadline_) no_answer(fmt::format("nobody listens there after {:.3g} s", seconds()));
      std::this_thread::sleep_for(kPause);
    }
  }

  void start_heart() {
    const auto heartbeat =
        std::make_shared<std::unique_ptr<Heartbeat>>();  // if given up, the call owns its result
    const bool serve = environment_.rank == 0;
    const Heartbeat::Pace pace{options_.heartbeat_interval, options_.heartbeat_timeout};
    // The watch below ends this at the deadline; c10d's own timeout must not come first.
    const auto patience = options_.operation_timeout;
    auto job = [heartbeat, serve, pace, patience, at = at_, rank = environment_.rank, self = self_] {
      *heartbeat = std::make_unique<Heartbeat>(open_store(at, serve, patience), rank, self, pace);
    };
    try {
      calls_->run(std::move(job), [this] {
        if (Clock::now() > deadline_) no_answer("what listens there does not speak as a worker does");
      });
    } catch (const Error&) {
      throw;
    } catch (const std::exception& problem) {
      const std::string what = std::string(problem.what()).substr(0, std::string(problem.what()).find('\n'));
      if (!serve) no_answer(what);
      throw Error(ErrorCode::kBadArgument,
                  fmt::format("worker 0 cannot listen on port {} of {}: {}", at_.port, at_.host, what),
                  "choose a free MASTER_PORT, and start worker 0 on the machine that MASTER_ADDR names");
    }
    heartbeat_ = std::move(*heartbeat);
  }

  void wait_for_all() {
    for (std::size_t there = 0; there < environment_.size;) {
      heartbeat_->check_waiting();
      const auto members = heartbeat_->members();
      check_sizes(members);
      there = static_cast<std::size_t>(
          std::count_if(members.begin(), members.end(), [](const Member& m) { return !m.where.empty(); }));
      if (there == environment_.size) break;
      if (Clock::now() > deadline_) give_up(there, members);
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }

  void check_sizes(const std::vector<Member>& members) {
    for (std::size_t rank = 0; rank < members.size(); ++rank) {
      if (members[rank].where.empty() || members[rank].group_size == environment_.size) continue;
      const std::string reason =
          fmt::format("{} expects {} workers, {} expects {}", name_of_worker(rank, members[rank]),
                      members[rank].group_size, name_of_worker(environment_.rank, self_), environment_.size);
      heartbeat_->end(reason);
      throw Error(ErrorCode::kBadArgument, reason, "give all workers the same WORLD_SIZE");
    }
  }

  [[noreturn]] void give_up(std::size_t there, const std::vector<Member>& members) {
    std::string missing;
    for (std::size_t rank = 0; rank < members.size(); ++rank) {
      if (members[rank].where.empty()) missing += fmt::format("{}{}", missing.empty() ? "" : ", ", rank);
    }
    heartbeat_->end(fmt::format("only {} of {} workers joined within {:.3g} s; missing: {}", there,
                                environment_.size, seconds(), missing));
    heartbeat_->check();
    throw Error(ErrorCode::kInternal, "the end of a group was not noted");
  }

  /// The address that others can use. Worker 0 and its neighbours on the same machine may see themselves at a
  /// loopback address; if anybody comes from outside, the way to it leads over the right one.
  std::string reachable_address() const {
    for (const Member& member : heartbeat_->members()) {
      if (!is_loopback(member.address)) return local_address_towards(member.address);
    }
    return self_.address;
  }

  std::unique_ptr<Workers> connect() {
    const GroupPlan plan{environment_.rank, environment_.size, reachable_address(), options_.device,
                         options_.operation_timeout};
    auto group = std::make_shared<std::shared_ptr<Group>>();
    try {
      calls_->run([group, plan, at = at_] { *group = open_group(at, plan); },
                  [this] { heartbeat_->check_waiting(); });
    } catch (const Error&) {
      throw;
    } catch (const std::exception& problem) {
      heartbeat_->explain(problem.what());
    }
    return std::make_unique<C10dProcessGroup>(environment_, std::move(calls_), std::move(heartbeat_),
                                              std::move(*group));
  }

  const processes::Environment& environment_;
  const Options& options_;
  const Clock::time_point deadline_;
  const StoreAddress at_;
  Member self_;
  std::unique_ptr<WatchedCalls> calls_ = std::make_unique<WatchedCalls>();
  std::unique_ptr<Heartbeat> heartbeat_;
};

}  // namespace

std::unique_ptr<Workers> join(const processes::Environment& environment, const Options& options) {
  if (environment.size == 1) return std::make_unique<Alone>();
  if (!has_c10d()) {
    throw Error(
        ErrorCode::kNoDevice,
        fmt::format("{} workers were started, but this build can only run one: its LibTorch came without "
                    "c10d or Gloo's headers",
                    environment.size),
        "start a single worker, or build with libgloo-dev and a LibTorch that has c10d");
  }
  prepare_c10d();
  return Joining(environment, options).run();
}

}  // namespace relprompt::workers
