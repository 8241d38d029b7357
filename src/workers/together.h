// Several workers: c10d's operations, watched by the heart.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "workers/c10d.h"
#include "workers/errand.h"
#include "workers/heart.h"
#include "workers/workers.h"

namespace relprompt::workers {

class Together : public Workers {
 public:
  Together(const processes::Environment& environment, std::unique_ptr<Errands> errands, std::unique_ptr<Heart> heart,
           std::shared_ptr<Group> group);

  std::size_t rank() const override { return rank_; }
  std::size_t size() const override { return size_; }
  void sum(std::vector<torch::Tensor>& tensors) override;
  void broadcast(std::vector<torch::Tensor>& tensors) override;
  std::vector<std::string> gather(const std::string& text) override;
  std::string share(const std::string& text) override;
  void barrier() override;
  void check() override { heart_->check(); }
  void leave(const std::string& reason) noexcept override;

 private:
  /// Runs one operation of the group as an errand.
  void operate(const char* name, std::function<void(Group&)> operation);
  torch::Tensor sizes_of_all(std::size_t own);

  std::size_t rank_, size_;
  std::unique_ptr<Errands> errands_;  // outlives the group (errand.h)
  std::unique_ptr<Heart> heart_;      // as well: it says goodbye last
  std::shared_ptr<Group> group_;      // shared with operations that were given up
};

}  // namespace relprompt::workers
