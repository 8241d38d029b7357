// The report of an evaluation that was done in shards.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "base/own_files.h"
#include "eval/report.h"
#include "evaluate/eval_report.h"
#include "evaluate/eval_shard.h"
#include "shards/class_list_json.h"
#include "shards/shard_set.h"

namespace relprompt::evaluate {
namespace {

namespace fs = std::filesystem;

/// The shard's images in the order in which it counted them.
std::vector<shards::JournalImage> in_order(const shards::Journal& journal) {
  auto images = journal.images;
  std::sort(images.begin(), images.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
  return images;
}

/// Skipped images and scores of all shards with their places in the list.
class Sum {
 public:
  explicit Sum(const shards::ShardSet& set)
      : set_(set),
        source_(set.journals.front().path.string()),
        protocol_(eval::protocol_from_json(fact("protocol"), source_)),
        labels_(shards::class_list_of(fact("labels"), source_)),
        confusion_(labels_.size()) {}

  void add(std::size_t shard) {
    const auto images = in_order(set_.journals[shard]);
    std::vector<std::string> names;
    for (const auto& image : images) names.push_back(image.id);
    const auto path = shards::shard_file(set_.folders[shard], set_.journals[shard].shard, ".counts.json");
    auto progress = eval::ProgressFile(path, protocol_, labels_, names).load();
    if (!progress || progress->done != names.size()) {
      throw Error(ErrorCode::kUnreadable,
                  fmt::format("{}: expected the counts of {} images, found {}", path.string(), names.size(),
                              progress ? std::to_string(progress->done) : "no file"),
                  "run the shard again with the same command");
    }
    confusion_.merge(progress->confusion);
    place(images, *progress);
  }

  eval::EvaluationReport report() {
    eval::EvaluationReport report(shards::class_list_of(fact("classes"), source_), protocol_,
                                  std::move(confusion_));
    const auto by_place = [](const auto& a, const auto& b) { return a.first < b.first; };
    std::sort(skipped_.begin(), skipped_.end(), by_place);
    std::sort(scores_.begin(), scores_.end(), by_place);
    for (auto& [at, name] : skipped_) report.skipped.push_back(std::move(name));
    for (auto& [at, score] : scores_) report.scores.push_back(std::move(score));
    return report;
  }

 private:
  const shards::Json& fact(const char* key) const {
    const auto found = set_.facts().find(key);
    if (found != set_.facts().end()) return *found;
    throw Error(ErrorCode::kUnreadable,
                fmt::format("{}: expected \"{}\" among the facts, found none", source_, key));
  }

  /// Both lists of a shard are parts of the list of its images, in its order.
  void place(const std::vector<shards::JournalImage>& images, eval::Progress& progress) {
    std::size_t skipped = 0, scored = 0;
    for (const auto& image : images) {
      if (skipped < progress.skipped.size() && progress.skipped[skipped] == image.id) {
        skipped_.emplace_back(image.at, std::move(progress.skipped[skipped++]));
      } else if (scored < progress.scores.size()) {
        scores_.emplace_back(image.at, std::move(progress.scores[scored++]));
      }
    }
  }

  const shards::ShardSet& set_;
  std::string source_;
  eval::ProtocolStatement protocol_;
  ClassList labels_;
  eval::ConfusionMatrix confusion_;
  std::vector<std::pair<std::uint64_t, std::string>> skipped_;
  std::vector<std::pair<std::uint64_t, eval::ImageScore>> scores_;
};

}  // namespace

RunOutcome merge_shards(const std::vector<fs::path>& folders, const fs::path& output) {
  const auto set = shards::open_shards(folders);
  if (set.facts()["command"] != "eval") {
    throw Error(ErrorCode::kBadArgument,
                fmt::format("{}: expected shards of eval, found those of {}",
                            set.journals.front().path.string(), set.facts()["command"].dump()));
  }
  require_free(report_files(output), true);
  Sum sum(set);
  for (std::size_t shard = 0; shard < set.journals.size(); ++shard) sum.add(shard);
  return write_outcome(sum.report(), fmt::format("{} shards", set.journals.size()), output);
}

}  // namespace relprompt::evaluate
