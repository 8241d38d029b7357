#include "streams.h"

#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace relprompt::stand_in {
namespace {

class Stream {
 public:
  Stream() {
    std::thread([this] { run(); }).detach();
  }

  void add(std::function<void()> work) {
    const auto task = std::make_shared<std::packaged_task<void()>>(std::move(work));
    const std::lock_guard<std::mutex> lock(mutex_);
    last_ = task->get_future().share();
    queue_.emplace_back([task] { (*task)(); });
    changed_.notify_one();
  }

  Happened last() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return last_;
  }

 private:
  void run() {
    for (;;) {
      std::unique_lock<std::mutex> lock(mutex_);
      changed_.wait(lock, [this] { return !queue_.empty(); });
      const auto work = std::move(queue_.front());
      queue_.pop_front();
      lock.unlock();
      work();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> queue_;
  Happened last_;
};

/// By their handles. Never taken apart: their threads wait until the process ends.
struct Streams {
  std::mutex mutex;
  std::map<void*, Stream*> all;
};

Streams& streams() {
  static auto* const made = new Streams;
  return *made;
}

Stream& stream_of(void* handle) {
  const std::lock_guard<std::mutex> lock(streams().mutex);
  Stream*& stream = streams().all[handle];
  if (stream == nullptr) stream = new Stream;
  return *stream;
}

}  // namespace

void enqueue(void* stream, std::function<void()> work) {
  stream_of(stream).add(std::move(work));
}

Happened done_so_far(void* stream) {
  return stream_of(stream).last();
}

void wait_for_all() {
  std::vector<Happened> all;
  {
    const std::lock_guard<std::mutex> lock(streams().mutex);
    for (const auto& [handle, stream] : streams().all) all.push_back(stream->last());
  }
  for (const Happened& happened : all) {
    if (happened.valid()) happened.wait();
  }
}

bool is_ready(const Happened& happened) {
  return !happened.valid() || happened.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
}

}  // namespace relprompt::stand_in
