// What a run over a shard writes into the shard's journal (shards/journal.h).
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "relprompt/classes.h"

#include "image_list.h"
#include "json_report.h"
#include "options_output.h"
#include "shards/journal_writer.h"
#include "shards/manifest.h"

namespace relprompt::cli {

/// What all shards of a run share: `settings` is RunFacts::settings().
Json shared_facts(const std::string& settings, const shards::ListSummary& list, const OutputPlan& plan,
                  const ClassList& classes);

/// One shard. All functions throw Error(kNotWritable or kDiskFull).
class ShardAccount {
 public:
  /// Takes the shard's lock. Throws as JournalWriter.
  ShardAccount(const std::filesystem::path& output, const shards::Shard& shard) : journal_(output, shard) {}

  void begin(const Json& facts, const Json& run, bool resume) { journal_.begin(facts, run, resume); }
  /// @param entry of the run's report; sha256: of the image's file
  void done(const ListedImage& listed, const std::string& sha256, const Json& entry);
  /// The results are there from an earlier run.
  void kept(const ListedImage& listed);
  void kept(const ListedImage& listed, const std::string& sha256, const Json& entry);
  void failed(const ListedImage& listed, const Failure& failure);
  /// Every image has an outcome.
  void end() { journal_.end(); }

 private:
  shards::JournalWriter journal_;
};

}  // namespace relprompt::cli
