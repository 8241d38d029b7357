// The statement in words. Every sentence is always there, also where nothing special was done: what a reader
// must know is as much that there was no calibration as that there was.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "eval/protocol.h"

namespace relprompt::eval {
namespace {

constexpr std::size_t kLongestList = 20;

std::string list_of(const std::vector<std::string>& names, const char* what) {
  std::string count = fmt::format("{} {} {}", names.size(), what, names.size() == 1 ? "class" : "classes");
  if (names.empty() || names.size() > kLongestList) return count;
  return fmt::format("{} ({})", count, fmt::join(names, ", "));
}

const char* words_of(Setting setting) {
  switch (setting) {
    case Setting::kTrainingFree:
      return "training-free";
    case Setting::kSupervised:
      return "fully supervised";
    case Setting::kInductive:
      return "zero-shot, inductive (pixels of unseen classes were ignored in training)";
    case Setting::kTransductive:
      return "zero-shot, transductive (self-training on pixels whose label is hidden, and on the background "
             "where asked; unseen names known)";
    case Setting::kTransductiveKnown:
      return "zero-shot, transductive on known places (self-training only on pixels whose hidden label is "
             "unseen)";
    case Setting::kOpenVocabulary:
      break;
  }
  return "open-vocabulary (trained on another set of classes)";
}

std::string data_sentence(const ProtocolStatement& p) {
  const std::string trained = p.trained_on.empty() ? "" : fmt::format(", trained on {}", p.trained_on);
  return fmt::format("Measured on {}, split {}; {}{}.", p.data_set.empty() ? "an unnamed set" : p.data_set,
                     p.split.empty() ? "unnamed" : p.split, words_of(p.setting), trained);
}

std::string split_sentence(const ProtocolStatement& p) {
  if (p.seen.empty() && p.unseen.empty()) return "No split into seen and unseen classes.";
  return fmt::format("{} and {}.", list_of(p.seen, "seen"), list_of(p.unseen, "unseen"));
}

std::string checkpoint_phrase(const ProtocolStatement& p) {
  const std::string score = p.checkpoint_score.empty() ? "an unnamed score" : p.checkpoint_score;
  switch (p.checkpoint) {
    case CheckpointRule::kGiven:
      return "as given";
    case CheckpointRule::kLast:
      return "the last checkpoint of its run";
    case CheckpointRule::kBest:
      return fmt::format("the checkpoint of its run with the best {}", score);
    case CheckpointRule::kBestOnTested:
      break;
  }
  return fmt::format(
      "the checkpoint of its run with the best {}, a choice made on what is measured here, so that "
      "these scores are optimistic",
      score);
}

std::string model_sentence(const ProtocolStatement& p) {
  const std::string after = p.iterations ? fmt::format(" (iteration {})", *p.iterations) : "";
  const std::string hash =
      p.model_hash.empty() ? "" : fmt::format(", SHA-256 {}", p.model_hash.substr(0, 16));
  return fmt::format("Model: {}{}; {}{}.", p.model.empty() ? "unnamed" : p.model, hash, checkpoint_phrase(p),
                     after);
}

/// ", class probabilities averaged over the scales 0.5, 1, each of them also mirrored"; empty for one view.
std::string views_phrase(const ProtocolStatement& p) {
  const bool scaled = p.scales != std::vector<double>{1};
  if (!scaled) return p.flip ? ", class probabilities averaged with those of the mirrored image" : "";
  return fmt::format(
      ", class probabilities averaged over the scale{} {}{}", p.scales.size() == 1 ? "" : "s",
      fmt::join(p.scales, ", "),
      p.flip ? (p.scales.size() == 1 ? ", also mirrored" : ", each of them also mirrored") : "");
}

std::string window_sentence(const ProtocolStatement& p) {
  if (p.window == 0) return "Predictions were read, not computed.";
  const std::string windows =
      p.window < 0 ? "no windows" : fmt::format("windows of {} with stride {}", p.window, p.stride);
  const std::string mean = p.window_mean.empty() ? "" : fmt::format(", mean of {}", p.window_mean);
  const std::string scale = p.logit_scale ? fmt::format(", logit scale {:.6g}", *p.logit_scale) : "";
  const std::string refined = p.refine == "none" ? "" : fmt::format(", refined by {}", p.refine);
  return fmt::format("Shorter side resized to {}, {}{}{}{}{}, {} normalisation, {}.", p.short_side, windows,
                     mean, scale, refined, views_phrase(p),
                     p.normalisation.empty() ? "the model's" : p.normalisation, p.precision);
}

std::string text_sentence(const ProtocolStatement& p) {
  const std::string several =
      p.max_over_names ? "the best of several names counts" : "several names are averaged";
  if (p.templates.empty()) return fmt::format("Templates not stated; {}.", several);
  if (p.templates.size() == 1) return fmt::format("One template, \"{}\"; {}.", p.templates.front(), several);
  return fmt::format("Mean over {} templates; {}.", p.templates.size(), several);
}

std::string score_sentence(const ProtocolStatement& p) {
  const std::string calibration =
      p.calibration
          ? fmt::format("Calibration: {} subtracted from the probability of seen classes", *p.calibration)
          : "No calibration";
  const std::string unknown =
      p.unknown_threshold
          ? (p.background.empty()
                 ? fmt::format("best scores below {} are unknown, which counts as wrong",
                               *p.unknown_threshold)
                 : fmt::format("best scores below {} become {}", *p.unknown_threshold, p.background))
          : "every pixel gets a class" + (p.background.empty() ? "" : ", background is " + p.background);
  const std::string area =
      p.min_area > 0 ? fmt::format("classes below {} of the foreground are left out; ", p.min_area) : "";
  const std::string ignored = p.ignore.empty() ? "all pixels are counted"
                                               : fmt::format("pixels labelled {} are not counted", p.ignore);
  return fmt::format("{}; {}; {}{}.", calibration, unknown, area, ignored);
}

}  // namespace

std::string statement_of(const ProtocolStatement& p) {
  return fmt::format(
      "{} {} {} {} {} {} Intersections and unions are summed over the set; headline scores are the {}.",
      data_sentence(p), split_sentence(p), model_sentence(p), window_sentence(p), text_sentence(p),
      score_sentence(p), description_of(p.average));
}

}  // namespace relprompt::eval
