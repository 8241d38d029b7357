// The account of a run over tars: what became of each, for people and for --json.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "image_list.h"
#include "image_report.h"
#include "json_report.h"
#include "tar/partial_tar.h"
#include "tar_record.h"

namespace relprompt::cli {

class TarReport {
 public:
  /// @param failures inputs that were refused before the run
  TarReport(const RunFacts& facts, std::vector<Failure> failures);

  /// A tar was written. Returns its entry in the document.
  const Json& add(const ListedImage& tar, const TarRecord& record,
                  const std::vector<tar::FailedSample>& failures);
  /// Its results are there from an earlier run.
  const Json& skip(const ListedImage& tar, const TarRecord& record);
  /// It gave none.
  void fail(Failure failure);
  void set_shard(const std::string& shard) { run_["shard"] = shard; }
  /// Something ended the run before its time.
  void stop(const Error& error);

  std::size_t done() const { return written_ + skipped_; }
  /// Tars with any outcome.
  std::size_t finished() const { return done() + failed_; }
  /// 0, or the exit status of the first failure; 5 if any has that one, because another try may mend it.
  int status() const;

  void print_failures() const;
  /// One line for people.
  std::string summary(double seconds, const std::filesystem::path& output) const;
  Json document(double seconds) const;

 private:
  Json& enter(const ListedImage& tar, const TarRecord& record, const char* status);

  Json run_;
  Json tars_ = Json::array();
  std::vector<Failure> failures_;  ///< of tars and samples
  std::size_t written_ = 0, skipped_ = 0, failed_ = 0;
  std::uint64_t samples_ = 0, failed_samples_ = 0;
  bool stopped_ = false;
};

}  // namespace relprompt::cli
