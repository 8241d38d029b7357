#include "serve/job_queue.h"

#include <algorithm>
#include <utility>

namespace relprompt::serve {

JobQueue::Place& JobQueue::Place::operator=(Place&& other) noexcept {
  if (this == &other) return *this;
  give_back();
  queue_ = std::exchange(other.queue_, nullptr);
  return *this;
}

void JobQueue::Place::give_back() {
  if (queue_ == nullptr) return;
  const std::lock_guard<std::mutex> lock(queue_->mutex_);
  --queue_->taken_;
  queue_ = nullptr;
}

JobQueue::JobQueue(std::size_t capacity) : capacity_(std::max<std::size_t>(capacity, 1)) {}

JobQueue::Place JobQueue::reserve() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (taken_ >= capacity_ || closed_) return {};
  ++taken_;
  return Place(*this);
}

void JobQueue::push(Place place, std::shared_ptr<JobControl> control, Job job) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    place.queue_ = nullptr;  // the entry holds it now
    control->pushed = JobControl::Clock::now();
    control->ticket = ++pushed_;
    jobs_.push_back({std::move(control), std::move(job)});
  }
  changed_.notify_one();
}

bool JobQueue::pop(std::shared_ptr<JobControl>& control, Job& job) {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [this] { return closed_ || !jobs_.empty(); });
  if (jobs_.empty()) return false;
  control = std::move(jobs_.front().control);
  job = std::move(jobs_.front().job);
  jobs_.pop_front();
  ++popped_;
  --taken_;
  return true;
}

void JobQueue::close() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    closed_ = true;
  }
  changed_.notify_all();
}

std::size_t JobQueue::taken() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return taken_;
}

std::size_t JobQueue::before(const JobControl& control) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  const std::uint64_t ticket = control.ticket;
  return ticket > popped_ + 1 ? static_cast<std::size_t>(ticket - popped_ - 1) : 0;
}

}  // namespace relprompt::serve
