// Threads that compute requests, each with sessions of its own of the shared models.
#pragma once

#include <atomic>
#include <cstddef>
#include <list>
#include <thread>
#include <utility>
#include <vector>

#include "relprompt/segmenter.h"

#include "serve/job_queue.h"
#include "serve/models.h"

namespace relprompt::serve {

/// What a thread of the pool has for itself.
struct Worker {
  /// This thread's session of a model; the most recently used ones stay.
  Segmenter& session(const ModelPointer& model, std::size_t most);

 private:
  std::list<std::pair<ModelPointer, Segmenter>> sessions_;
};

class WorkerPool {
 public:
  /// Throws Error(kOutOfMemory) if no thread can be started.
  WorkerPool(std::size_t threads, JobQueue& queue);
  /// Closes the queue and waits until its jobs are done.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  std::size_t size() const { return threads_.size(); }
  std::size_t running() const { return running_; }

 private:
  void run();

  JobQueue& queue_;
  std::atomic<std::size_t> running_{0};
  std::vector<std::thread> threads_;
};

}  // namespace relprompt::serve
