// Several workers: c10d's operations, watched by the heartbeat.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "workers/c10d.h"
#include "workers/heartbeat.h"
#include "workers/watched_calls.h"
#include "workers/workers.h"

namespace relprompt::workers {

class C10dProcessGroup : public Workers {
 public:
  C10dProcessGroup(const processes::Environment& environment, std::unique_ptr<WatchedCalls> calls,
                   std::unique_ptr<Heartbeat> heartbeat, std::shared_ptr<Group> group);

  std::size_t rank() const override { return rank_; }
  std::size_t size() const override { return size_; }
  void all_reduce(std::vector<torch::Tensor>& tensors) override;
  void broadcast(std::vector<torch::Tensor>& tensors) override;
  std::vector<std::string> gather(const std::string& text) override;
  std::string broadcast_text(const std::string& text) override;
  void barrier() override;
  void check() override { heartbeat_->check(); }
  void leave(const std::string& reason) noexcept override;

 private:
  /// Runs one operation of the group as a watched call.
  void operate(const char* name, std::function<void(Group&)> operation);
  torch::Tensor sizes_of_all(std::size_t own);

  std::size_t rank_, size_;
  std::unique_ptr<WatchedCalls> calls_;   // outlives the group (watched_calls.h)
  std::unique_ptr<Heartbeat> heartbeat_;  // as well: it says goodbye last
  std::shared_ptr<Group> group_;          // shared with operations that were given up
};

}  // namespace relprompt::workers
