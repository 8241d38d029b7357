// The account of a whole run: what became of every image, for people and for --json.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "image_list.h"
#include "image_outputs.h"
#include "image_report.h"

namespace relprompt::cli {

class RunReport {
 public:
  /// @param failures inputs that were refused before the run; unreadable: images left out without a failure;
  /// keep_images: document() will be asked for. Else no entry stays in memory, of which a long list has many.
  RunReport(const RunFacts& facts, std::vector<Failure> failures, const std::vector<Failure>& unreadable,
            bool keep_images);

  /// Returns the image's entry in the document.
  Json add(const ListedImage& listed, const ImageOutputs& outputs, const Json& report);
  void skip(const ListedImage& listed);
  void fail(Failure failure);
  /// [format, path] of the files about all images.
  void add_run_files(const std::vector<std::pair<std::string, std::filesystem::path>>& files);
  /// The run is one of several.
  void set_shard(const std::string& shard) { run_["shard"] = shard; }
  /// Something ended the run before its time.
  void stop(const Error& error);

  std::size_t done() const { return segmented_ + skipped_; }
  /// Images with any outcome.
  std::size_t finished() const { return done() + failed_; }
  /// 0, or the exit status of the first failure; 5 if any has that one, because another try may mend it.
  int status() const;

  /// Lists the failures on stderr.
  void print_failures() const;
  /// One line for people.
  std::string summary(double seconds, const std::filesystem::path& output) const;
  /// The document of --json. Only of a report that keeps its images.
  Json document(double seconds) const;

 private:
  void keep(Json entry);

  Json run_;
  bool keep_images_;
  Json images_ = Json::array();
  Json run_files_ = Json::object();
  std::vector<Failure> failures_;
  std::size_t segmented_ = 0, skipped_ = 0, failed_ = 0, unreadable_ = 0;
  bool stopped_ = false;
};

}  // namespace relprompt::cli
