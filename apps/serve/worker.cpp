#include "serve/worker.h"

#include <algorithm>
#include <system_error>

#include "relprompt/error.h"

#include "base/bus_error.h"

namespace relprompt::serve {

Segmenter& Worker::session(const ModelPointer& model, std::size_t most) {
  const auto found =
      std::find_if(sessions_.begin(), sessions_.end(), [&](const auto& own) { return own.first == model; });
  if (found != sessions_.end()) {
    sessions_.splice(sessions_.begin(), sessions_, found);
    return found->second;
  }
  if (sessions_.size() >= std::max<std::size_t>(most, 1)) sessions_.pop_back();
  sessions_.emplace_front(model, Segmenter(model->model));
  return sessions_.front().second;
}

WorkerPool::WorkerPool(std::size_t threads, JobQueue& queue) : queue_(queue) {
  try {
    for (std::size_t i = 0; i < std::max<std::size_t>(threads, 1); ++i)
      threads_.emplace_back([this] { run(); });
  } catch (const std::system_error& problem) {
    queue_.close();
    for (auto& thread : threads_) thread.join();
    throw Error(ErrorCode::kOutOfMemory, std::string("cannot start a thread: ") + problem.what());
  }
}

WorkerPool::~WorkerPool() {
  queue_.close();
  for (auto& thread : threads_) thread.join();
}

void WorkerPool::run() {
  use_own_signal_stack();  // mapped weights are read here
  Worker worker;
  std::shared_ptr<JobControl> control;
  JobQueue::Job job;
  while (queue_.pop(control, job)) {
    ++running_;
    control->running = true;
    job(worker);
    job = nullptr;  // the request's memory goes before the next wait
    control.reset();
    --running_;
  }
}

}  // namespace relprompt::serve
