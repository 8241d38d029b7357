#include "serve/session_store.h"

#include <fmt/format.h>
#include <sys/random.h>

#include "relprompt/error.h"

namespace relprompt::serve {
namespace {

std::string random_id() {
  unsigned char bytes[16];
  if (::getrandom(bytes, sizeof bytes, 0) != static_cast<ssize_t>(sizeof bytes))
    throw Error(ErrorCode::kInternal, "the system gives no random numbers");
  std::string id;
  for (const auto byte : bytes) id += fmt::format("{:02x}", byte);
  return id;
}

}  // namespace

std::size_t Session::bytes() const {
  // The maps that may be asked for are counted from the start: layers of a tower, patches, classes.
  const std::size_t maps = model->model.has_prompts() ? scores.class_count() * 24 * 1024 * sizeof(float) : 0;
  return image.rgb.size() + scores.bytes() + maps + 4096;
}

SessionStore::SessionStore(std::size_t most, std::size_t bytes, double seconds)
    : most_(most),
      most_bytes_(bytes),
      life_(std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds))) {}

std::string SessionStore::add(SessionPointer session, Clock::time_point now) {
  const auto bytes = session->bytes();
  const std::lock_guard<std::mutex> lock(mutex_);
  expire_locked(now);
  if (most_ == 0 || bytes > most_bytes_) return "";
  while (entries_.size() >= most_ || bytes_ + bytes > most_bytes_) drop(entries_.find(order_.back()));
  auto id = random_id();
  order_.push_front(id);
  entries_[id] = {std::move(session), bytes, now, order_.begin()};
  bytes_ += bytes;
  return id;
}

SessionPointer SessionStore::find(const std::string& id, Clock::time_point now) {
  const std::lock_guard<std::mutex> lock(mutex_);
  expire_locked(now);
  const auto found = entries_.find(id);
  if (found == entries_.end()) return nullptr;
  found->second.used = now;
  order_.splice(order_.begin(), order_, found->second.place);
  return found->second.session;
}

bool SessionStore::remove(const std::string& id) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = entries_.find(id);
  if (found == entries_.end()) return false;
  drop(found);
  return true;
}

void SessionStore::expire(Clock::time_point now) {
  const std::lock_guard<std::mutex> lock(mutex_);
  expire_locked(now);
}

std::size_t SessionStore::size() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return entries_.size();
}

std::size_t SessionStore::bytes() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return bytes_;
}

void SessionStore::drop(Entries::iterator entry) {
  bytes_ -= entry->second.bytes;
  order_.erase(entry->second.place);
  entries_.erase(entry);
}

void SessionStore::expire_locked(Clock::time_point now) {
  while (!order_.empty()) {
    const auto oldest = entries_.find(order_.back());
    if (now - oldest->second.used <= life_) return;
    drop(oldest);
  }
}

}  // namespace relprompt::serve
