// Writing the journal of a shard, by one process at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/file_handle.h"
#include "shards/journal.h"

namespace relprompt::shards {

class JournalWriter {
 public:
  /// Opens the journal of this shard in the output folder, which is made if needed, and locks it until this
  /// object dies or its process does, however it ends. A last line that was cut off is removed. Throws Error:
  /// kLostWorker, whose exit status job systems retry, if another process holds the lock; kBadArgument if
  /// the folder holds shards of another count; kNotWritable if the name is taken by something else;
  /// kUnreadable for a damaged journal.
  JournalWriter(const std::filesystem::path& output, const Shard& shard);
  /// Removes the journal, and its folder, if nothing stands in it.
  ~JournalWriter();
  JournalWriter(const JournalWriter&) = delete;
  JournalWriter& operator=(const JournalWriter&) = delete;

  /// What is there from earlier runs, and of this one after begin().
  const Journal& journal() const { return journal_; }

  /// A run of these facts begins: `facts` is what all shards must share, `run` what it says of itself
  /// besides. With `resume`, images of an earlier run of the same facts count on.
  void begin(const Json& facts, const Json& run, bool resume);

  /// An image has an outcome: `line` holds "at", "id", "status" and more. On the device when this returns.
  void add(const Json& line) { add(std::vector<Json>{line}); }
  /// The same for many at once.
  void add(const std::vector<Json>& lines);

  /// The results of an image are there from an earlier run. Adds what the earlier journal says of them if
  /// that was of the same settings and image file, else `line`; nothing if the journal goes on with it.
  void keep(const Json& line);

  /// Nothing of the shard is left to do.
  void end();

 private:
  void append(const std::string& text);

  FileHandle file_;
  Journal journal_;
  Journal earlier_;  ///< as it was before begin()
};

/// Throws Error(kLostWorker) if a process works on the shard of this journal now.
void require_idle(const std::filesystem::path& journal, const Shard& shard);

}  // namespace relprompt::shards
