#include "video_truth.h"

#include <fstream>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "base/json_read.h"
#include "image/label_files.h"
#include "video/truth_scores.h"

namespace relprompt::cli {
namespace {

Json number_or_null(const std::optional<double>& value) {
  return value ? Json(*value) : Json(nullptr);
}

}  // namespace

Json truth_document(const VideoSettings& settings, const video::AvTable* av) {
  const auto path = settings.output / "labels.mkv";
  std::string problem;
  const auto reader = av->read_labels(path, problem);
  if (!reader) throw Error(ErrorCode::kUnreadable, fmt::format("{}: {}", path.string(), problem));
  video::TruthScores scores(settings.classes.size());
  std::ifstream lines(settings.output / "frames.jsonl");
  for (std::string line; std::getline(lines, line);) {
    const auto row = read_json(line, "frames.jsonl", {});
    if (row.at("status") == "lost") {
      scores.skip();
      continue;
    }
    LabelMap labels;
    if (!reader->next(labels, problem))
      throw Error(ErrorCode::kUnreadable, fmt::format("{}: frames are missing: {}", path.string(), problem));
    const auto mask = settings.truth / fmt::format("{:06}.png", row.at("frame").get<std::uint64_t>());
    scores.add(labels, image::read_labels_png(mask).map);
  }
  Json document;
  document["folder"] = settings.truth.string();
  document["frames"] = scores.frames();
  document["miou"] = number_or_null(scores.miou());
  document["accuracy"] = number_or_null(scores.accuracy());
  document["flicker"] = number_or_null(scores.flicker());
  return document;
}

}  // namespace relprompt::cli
