// The folder of a run: what lies where, and who may write to it.
//
//   config.yaml             every setting, written first; with it alone the run can be started again
//   embeddings.safetensors  class embeddings, so that a resumed run needs neither tokenizer nor text tower
//   checkpoint.safetensors  the exact state (training_state.h)
//   last/ best/             models: prompts.safetensors and config.json, which names the CLIP by its hash
//   initial.safetensors     prompts that the run began with, of --init-from
//   log.jsonl log.txt       what happened, for programs and for people; events.out.tfevents.relprompt for
//   TensorBoard steps.csv evaluations.csv  the same numbers as tables, written with every checkpoint
//   curves.png sheet.png    loss, rates and scores; images with truth and prediction
//   report/ report-best/    evaluation of the two models
//   result.json             written last: the run is finished
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "base/set_aside.h"

namespace relprompt::train {

class RunFolder {
 public:
  /// `command` is the one that makes such runs, for messages.
  explicit RunFolder(std::filesystem::path path, std::string command = "train")
      : path_(std::move(path)), command_(std::move(command)) {}

  /// For a run that begins: the folder must be absent or empty. Throws Error: kNotWritable, with the way to
  /// resume if there is a run in it.
  void create() const;
  /// Before create(), for a run that replaces another: that steps aside, if it is relprompt's own as a whole
  /// (base/own_files.h) and no process trains in it. Nothing happens where there is no run. Throws Error:
  /// kNotWritable.
  std::unique_ptr<SetAside> make_way() const;
  /// For a run that may begin or go on: creates the folder with this config.yaml unless it has one. Throws as
  /// create does, and Error for what cannot be written.
  void create_once(const std::string& config_yaml) const;
  /// For a run that goes on: there must be a config. Throws Error(kNotFound).
  void require() const;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path config() const { return path_ / "config.yaml"; }
  std::filesystem::path embeddings() const { return path_ / "embeddings.safetensors"; }
  std::filesystem::path checkpoint() const { return path_ / "checkpoint.safetensors"; }
  std::filesystem::path result() const { return path_ / "result.json"; }
  bool finished() const;
  /// Removes what a killed process left half-written.
  void sweep() const;
  /// Removes what a run that never began has written, and the folder if nothing else is in it.
  void abandon() const;

 private:
  std::filesystem::path path_;
  std::string command_;
};

/// Keeps two processes from training in one folder. The operating system drops the lock with the process, so
/// that none is ever stale.
class RunLock {
 public:
  /// Throws Error(kNotWritable) if another process holds it, naming that.
  explicit RunLock(const RunFolder& folder);
  ~RunLock();
  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;

 private:
  int file_ = -1;
};

}  // namespace relprompt::train
