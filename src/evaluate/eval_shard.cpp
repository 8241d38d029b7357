#include "evaluate/eval_shard.h"

#include <unordered_map>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "archive/quote.h"
#include "base/json_output.h"
#include "eval/run_identity.h"
#include "shards/class_list_json.h"
#include "shards/image_id.h"
#include "shards/list_summary.h"

namespace relprompt::evaluate {
namespace {

namespace fs = std::filesystem;
using shards::Json;

std::string without_extension(const std::string& path) {
  return fs::path(path).replace_extension().string();
}

using Places = std::unordered_map<std::string, std::size_t>;

/// "a/b/c.jpg" may be called "a/b/c.jpg", "a/b/c", "b/c" or "c" in the set: the longest counts.
Places::const_iterator find_called(const std::string& name, const Places& places) {
  auto found = places.find(name);
  if (found != places.end()) return found;
  for (std::string rest = without_extension(name);;) {
    found = places.find(rest);
    const auto slash = rest.find('/');
    if (found != places.end() || slash == std::string::npos) return found;
    rest.erase(0, slash + 1);
  }
}

}  // namespace

std::vector<std::size_t> images_called(const std::vector<std::string>& names, const data::Dataset& dataset) {
  Places places;
  for (std::size_t index = 0; index < dataset.size(); ++index) places.emplace(dataset.name(index), index);
  std::vector<std::size_t> indices;
  indices.reserve(names.size());
  for (const auto& name : names) {
    const auto found = find_called(name, places);
    if (found == places.end()) {
      throw Error(
          ErrorCode::kBadArgument,
          fmt::format("image {} of the manifest: expected an image of the test set, found {}",
                      indices.size() + 1, archive::quote(name)),
          fmt::format("the set has {} images, such as {}", dataset.size(), archive::quote(dataset.name(0))));
    }
    indices.push_back(found->second);
  }
  return indices;
}

EvalShard::EvalShard(const fs::path& folder, const shards::Shard& shard)
    : folder_(folder), shard_(shard), journal_(folder, shard) {}

std::vector<std::size_t> EvalShard::own(const std::vector<std::size_t>& indices,
                                        const data::Dataset& dataset) {
  std::vector<std::size_t> own;
  shards::ListSummer summer;
  for (std::size_t at = 0; at < indices.size(); ++at) {
    const auto& name = dataset.name(indices[at]);
    const auto problem = shards::problem_of_id(name);
    if (!problem.empty() || summer.add(name, at)) {
      throw Error(ErrorCode::kBadArgument,
                  fmt::format("the image {} cannot be in a shard: its name {}", archive::quote(name),
                              problem.empty() ? "is in the list twice" : problem),
                  "--shard none evaluates the set as it is");
    }
    if (!shard_.takes(name)) continue;
    own.push_back(indices[at]);
    shards::JournalImage image;
    image.at = at;
    image.id = name;
    images_.push_back(std::move(image));
  }
  list_ = summer.summary();
  return own;
}

fs::path EvalShard::counts() const {
  return shards::shard_file(folder_, shard_, ".counts.json");
}

void EvalShard::begin(const EvaluationJob& job, const ClassList& classes) {
  const Json facts = {{"command", "eval"},
                      {"list", {{"images", list_.images}, {"sha256", list_.sha256}}},
                      {"protocol", eval::identity_of(job.protocol, classes, {})["protocol"]},
                      {"classes", shards::to_json(classes)},
                      {"labels", shards::to_json(job.dataset.classes())},
                      {"image_scores", job.image_scores}};
  journal_.begin(facts, nullptr, true);
}

RunOutcome EvalShard::finish(const eval::Progress& progress) {
  const std::unordered_set<std::string> skipped(progress.skipped.begin(), progress.skipped.end());
  std::vector<Json> lines;
  for (const auto& image : images_) {
    if (journal_.journal().find(image.id) != nullptr) continue;
    lines.push_back(
        {{"at", image.at}, {"id", image.id}, {"status", skipped.count(image.id) > 0 ? "failed" : "done"}});
  }
  if (!lines.empty()) journal_.add(lines);
  journal_.end();
  RunOutcome outcome;
  outcome.finished = true;
  outcome.summary =
      fmt::format("{}: {} images counted; `relprompt merge` makes the report when all shards are done",
                  shards::name_of(shard_), progress.confusion.images());
  outcome.json = json_text(Json{{"shard", shard_.index},
                                {"shards", shard_.count},
                                {"images", progress.confusion.images()},
                                {"skipped", progress.skipped}});
  return outcome;
}

}  // namespace relprompt::evaluate
