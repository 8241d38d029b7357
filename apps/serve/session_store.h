// What is kept of a request for later ones, by a random id: its image and scores, so that labels for other
// thresholds and views of the scores need no second pass.
#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "relprompt/segmenter.h"

#include "serve/models.h"
#include "serve/segment_request.h"

namespace relprompt::serve {

struct Session {
  ModelPointer model;
  ClassesPointer classes;
  SegmentRequest request;  ///< without the image's file
  Image image;
  KeptScores scores;
  double decode_seconds = 0;

  /// The attention maps, made by make() at the first call. Any thread.
  template <class Make>
  std::shared_ptr<const AttentionMaps> attention(const Make& make) const {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!attention_) attention_ = std::make_shared<const AttentionMaps>(make());
    return attention_;
  }
  std::size_t bytes() const;

 private:
  mutable std::mutex mutex_;
  mutable std::shared_ptr<const AttentionMaps> attention_;
};
using SessionPointer = std::shared_ptr<const Session>;

/// Any thread.
class SessionStore {
 public:
  using Clock = std::chrono::steady_clock;

  /// Limits on the number, the bytes of all together, and the seconds since the last use.
  SessionStore(std::size_t most, std::size_t bytes, double seconds);

  /// Keeps it and returns its id: 32 hexadecimal digits that cannot be guessed. Others go until it fits; one
  /// that is larger than everything allowed is not kept, and the id is empty.
  std::string add(SessionPointer session, Clock::time_point now = Clock::now());
  /// nullptr if there is none of that id, or not any more. Counts as a use.
  SessionPointer find(const std::string& id, Clock::time_point now = Clock::now());
  bool remove(const std::string& id);
  /// Forgets those whose time has passed.
  void expire(Clock::time_point now = Clock::now());

  std::size_t size() const;
  std::size_t bytes() const;

 private:
  struct Entry {
    SessionPointer session;
    std::size_t bytes = 0;
    Clock::time_point used;
    std::list<std::string>::iterator place;
  };
  using Entries = std::unordered_map<std::string, Entry>;

  void drop(Entries::iterator entry);
  void expire_locked(Clock::time_point now);

  const std::size_t most_, most_bytes_;
  const Clock::duration life_;
  mutable std::mutex mutex_;
  std::list<std::string> order_;  ///< ids, the last used one first
  Entries entries_;
  std::size_t bytes_ = 0;
};

}  // namespace relprompt::serve
