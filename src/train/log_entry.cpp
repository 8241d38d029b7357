#include "train/log_entry.h"

#include <cmath>
#include <optional>

#include <fmt/format.h>

namespace relprompt::train {
namespace {

using Json = nlohmann::ordered_json;

Json number(const std::optional<double>& value) {
  return value ? Json(*value) : Json();
}

Json pairs_json(const std::vector<std::pair<std::string, double>>& pairs) {
  Json json = Json::object();
  for (const auto& [name, value] : pairs) json[name] = value;
  return json;
}

}  // namespace

std::string clock_time(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::llround(std::max(seconds, 0.0)));
  const auto hours = whole / 3600, minutes = whole / 60 % 60;
  if (hours > 0) return fmt::format("{}:{:02}:{:02}", hours, minutes, whole % 60);
  return fmt::format("{}:{:02}", minutes, whole % 60);
}

std::string percent(const std::optional<double>& score) {
  return score ? fmt::format("{:.1f}", *score * 100) : std::string("-");
}

LogEntry step_entry(const StepFacts& facts) {
  const double left = static_cast<double>(facts.iterations - facts.iteration) * facts.seconds;
  const auto megabytes = facts.memory >> 20;
  auto sentence = fmt::format("iteration {}/{}  loss {:.4f}", facts.iteration, facts.iterations, facts.loss);
  for (const auto& [name, value] : facts.parts) sentence += fmt::format("  {} {:.4f}", name, value);
  for (const auto& [name, value] : facts.rates)
    sentence += fmt::format("  learning rate of {} {:.3e}", name, value);
  sentence += fmt::format("  gradient {:.3f}  {:.3f} s  {} left  {} MB", facts.gradient_norm, facts.seconds,
                          clock_time(left), megabytes);
  return {{{"event", "step"},
           {"iteration", facts.iteration},
           {"loss", facts.loss},
           {"parts", pairs_json(facts.parts)},
           {"rates", pairs_json(facts.rates)},
           {"gradient_norm", facts.gradient_norm},
           {"seconds", facts.seconds},
           {"memory_mb", megabytes}},
          sentence};
}

LogEntry evaluation_entry(std::int64_t iteration, const std::string& part, const eval::Scores& scores,
                          bool better) {
  auto sentence = fmt::format("iteration {}: {}: mIoU {}, pAcc {}", iteration, part, percent(scores.miou),
                              percent(scores.pacc));
  if (scores.hiou) {
    sentence += fmt::format(", seen {}, unseen {}, hIoU {}", percent(scores.miou_seen),
                            percent(scores.miou_unseen), percent(scores.hiou));
  }
  if (better) sentence += "; best so far";
  return {{{"event", "evaluation"},
           {"iteration", iteration},
           {"part", part},
           {"scores",
            {{"miou", number(scores.miou)},
             {"miou_seen", number(scores.miou_seen)},
             {"miou_unseen", number(scores.miou_unseen)},
             {"hiou", number(scores.hiou)},
             {"pacc", number(scores.pacc)}}},
           {"best", better}},
          sentence};
}

}  // namespace relprompt::train
