#include "video_report.h"

#include <algorithm>
#include <fstream>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "analysis/chart.h"
#include "base/json_output.h"
#include "base/json_read.h"
#include "base/json_value.h"

namespace relprompt::cli {
namespace {

constexpr std::size_t kCurves = 9;     // a chart has ten colours, one for all others
constexpr std::size_t kRunsNamed = 8;  // in a message
constexpr std::size_t kMostRuns = 100'000;

Json head_of(const video::Frame& frame) {
  Json line;
  line["frame"] = frame.number;
  line["seconds"] = static_cast<double>(frame.time) / 1e6;
  return line;
}

}  // namespace

std::string frame_line(const video::Frame& frame, const Segmentation& result, const FrameOutcome& outcome,
                       const ClassList& classes) {
  Json line = head_of(frame);
  line["status"] = outcome.computed ? "computed" : "carried";
  if (frame.after_loss) line["after_loss"] = true;
  line["windows"] = outcome.windows;
  line["reused"] = outcome.reused;
  if (outcome.inconsistent >= 0) line["inconsistent"] = outcome.inconsistent;
  const auto all = static_cast<double>(result.labels.labels.size());
  line["classes"] = Json::array();
  for (std::size_t label = 0; label < result.pixels.size(); ++label) {
    if (result.pixels[label] == 0) continue;
    line["classes"].push_back({{"label", label},
                               {"name", classes.title(label)},
                               {"pixels", result.pixels[label]},
                               {"share", static_cast<double>(result.pixels[label]) / all}});
  }
  line["unknown"] = result.unknown_pixels;
  return json_text(line);
}

std::string lost_line(const video::Frame& frame) {
  Json line = head_of(frame);
  line["status"] = "lost";
  line["reason"] = frame.reason;
  return json_text(line);
}

void VideoAccount::add(const std::string& text) {
  JsonRules rules;
  rules.code = ErrorCode::kUnreadable;
  rules.bytes = std::size_t{64} << 20;
  const auto line = read_json(text, "a line of frames.jsonl", rules);
  try {
    ++frames_;
    const auto status = line.at("status").get<std::string>();
    const auto number = line.at("frame").get<std::uint64_t>();
    const double seconds = line.at("seconds").get<double>();
    if (status == "lost") {
      ++lost_;
      const auto reason = line.at("reason").get<std::string>();
      if (!runs_.empty() && runs_.back().last + 1 == number && runs_.back().reason == reason) {
        runs_.back().last = number;
      } else if (runs_.size() < kMostRuns) {
        runs_.push_back({number, number, reason});
      }
      return;
    }
    ++(status == "computed" ? computed_ : carried_);
    after_loss_ += value_or(line, "after_loss", false);
    windows_ += line.at("windows").get<std::uint64_t>();
    reused_ += line.at("reused").get<std::uint64_t>();
    std::vector<video::ClassShares::Share> shares;
    for (const auto& row : line.at("classes")) {
      const auto label = row.at("label").get<std::size_t>();
      if (label < classes_.size()) shares.push_back({label, row.at("share").get<double>()});
    }
    shares_.add(seconds, shares);
  } catch (const nlohmann::json::exception& error) {
    throw Error(ErrorCode::kUnreadable, fmt::format("a line of frames.jsonl is damaged: {}", error.what()));
  }
}

void VideoAccount::add_file(const std::filesystem::path& lines) {
  std::ifstream file(lines);
  for (std::string line; std::getline(file, line);) add(line);
  if (!file.eof()) throw Error(ErrorCode::kUnreadable, fmt::format("{}: cannot be read", lines.string()));
}

Json VideoAccount::document() const {
  Json document;
  document["frames"] = frames_;
  document["labelled"] = labelled();
  document["computed"] = computed_;
  document["carried"] = carried_;
  document["after_loss"] = after_loss_;
  document["windows"] = windows_;
  document["windows_reused"] = reused_;
  document["lost"] = lost_;
  document["lost_frames"] = Json::array();
  for (const LostRun& run : runs_)
    document["lost_frames"].push_back({{"first", run.first}, {"last", run.last}, {"reason", run.reason}});
  return document;
}

std::string VideoAccount::lost_frames() const {
  std::string text;
  for (std::size_t i = 0; i < std::min(runs_.size(), kRunsNamed); ++i) {
    const LostRun& run = runs_[i];
    const std::string numbers =
        run.first == run.last ? fmt::format("{}", run.first) : fmt::format("{}-{}", run.first, run.last);
    text += fmt::format("\n  {}: {}", numbers, run.reason);
  }
  if (runs_.size() > kRunsNamed)
    text += fmt::format("\n  and {} more, see run.json", runs_.size() - kRunsNamed);
  return text;
}

Image VideoAccount::timeline() const {
  analysis::Chart chart;
  chart.x_label = "seconds";
  chart.y_label = "percent of the pixels";
  const auto labels = shares_.largest(kCurves);
  analysis::Series others;
  bool any_other = false;
  for (const auto label : labels) chart.series.push_back({classes_.title(label), {}, {}});
  others.name = "others";
  for (const auto& point : shares_.points()) {
    double rest = 0;
    for (const float share : point.shares) rest += share;
    for (std::size_t i = 0; i < labels.size(); ++i) {
      chart.series[i].x.push_back(point.seconds);
      chart.series[i].y.push_back(100.0 * point.shares[labels[i]]);
      rest -= point.shares[labels[i]];
    }
    others.x.push_back(point.seconds);
    others.y.push_back(std::max(0.0, 100 * rest));
    any_other = any_other || rest > 1e-6;
  }
  if (any_other) chart.series.push_back(std::move(others));
  analysis::ChartOptions options;
  options.height = 480;
  return analysis::draw_chart(chart, options);
}

}  // namespace relprompt::cli
