// The processes that work on one job together, as far as they only exchange texts: what an evaluation needs.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace relprompt::processes {

/// All operations are collective: every process calls them, in the same order. They throw Error(kLostWorker),
/// naming the process, once one has failed, died or cannot be reached; after that only leave() and the
/// destructor may be called. For one thread at a time.
class ProcessGroup {
 public:
  virtual ~ProcessGroup() = default;
  virtual std::size_t rank() const = 0;
  virtual std::size_t size() const = 0;

  /// Process 0 gets the texts of all, by rank; the others get none.
  virtual std::vector<std::string> gather(const std::string& text) = 0;
  /// Everybody gets process 0's text.
  virtual std::string broadcast_text(const std::string& text) = 0;
  /// Returns when all have called it.
  virtual void barrier() = 0;

  /// Throws as the operations do, without waiting for anybody: for long work between two operations.
  virtual void check() = 0;
  /// Tells the others why this process ends before its time. Never throws; only the first reason counts.
  virtual void leave(const std::string& reason) noexcept = 0;
};

/// A process that needs nobody.
class SingleProcess : public ProcessGroup {
 public:
  std::size_t rank() const override { return 0; }
  std::size_t size() const override { return 1; }
  std::vector<std::string> gather(const std::string& text) override { return {text}; }
  std::string broadcast_text(const std::string& text) override { return text; }
  void barrier() override {}
  void check() override {}
  void leave(const std::string&) noexcept override {}
};

}  // namespace relprompt::processes
