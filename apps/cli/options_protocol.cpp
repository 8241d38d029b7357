#include "options_protocol.h"

#include <fmt/format.h>

#include "command_rows.h"
#include "numbers.h"
#include "options_classes.h"
#include "usage.h"

namespace relprompt::cli {
namespace {

// Far beyond any use; keeps pixel arithmetic away from overflow.
constexpr double kLargestSide = 65536;

/// Pixels, or the word for no windows. Throws Error(kBadArgument).
int window_of(const std::string& text) {
  if (text.empty()) return 0;
  if (text == "whole") return kWholeImage;
  const auto pixels = whole_number(text);
  if (pixels && *pixels >= 1 && *pixels <= kLargestSide) return static_cast<int>(*pixels);
  throw Error(
      ErrorCode::kBadArgument,
      fmt::format("--window: expected 1 to {} pixels or \"whole\", found \"{}\"", kLargestSide, text));
}

float score_of(const std::string& text, const std::string& option) {
  const auto score = decimal_number(text);
  if (score && *score >= -1 && *score <= 1) return static_cast<float>(*score);
  throw Error(ErrorCode::kBadArgument,
              fmt::format("{}: expected a score from -1 to 1, found \"{}\"", option, text),
              "a score for all classes, such as 0.3, or for one of them, such as road=0.4");
}

/// "0.3" for all classes, "road=0.4" for one; the last one of a kind counts.
void add_threshold(const std::string& text, const ClassList& classes, SegmentOptions& options) {
  const auto equals = text.rfind('=');
  if (equals == std::string::npos) {
    options.unknown_threshold = score_of(text, "--unknown");
    return;
  }
  const auto label = label_named(text.substr(0, equals), classes, "--unknown");
  const float score = score_of(text.substr(equals + 1), fmt::format("--unknown {}", text));
  for (auto& known : options.class_thresholds) {
    if (known.label != label) continue;
    known.threshold = score;
    return;
  }
  options.class_thresholds.push_back({label, score});
}

}  // namespace

void ProtocolArguments::add_to(CLI::App& command) {
  const std::string group = "Protocol";
  command
      .add_option(
          "--short-side", short_side,
          "the image's shorter side is resized to this first [default: the model's, 512 for CLIP's own "
          "sizes; for a CLIP with a head such as scclip half more than its own size, 336]")
      ->option_text("PIXELS")
      ->group(group)
      ->check(in_range(1, kLargestSide));
  command
      .add_option(
          "--window", window,
          "side of the square windows, or \"whole\" for the whole resized image at once [default: the "
          "model's, mostly 512; for a CLIP with a head such as scclip its own size, 224]")
      ->option_text("PIXELS")
      ->group(group);
  command
      .add_option(
          "--stride", stride,
          "step between windows, at most the window [default: the model's, mostly 426; for a CLIP with "
          "a head such as scclip half a window]")
      ->option_text("PIXELS")
      ->group(group)
      ->check(in_range(1, kLargestSide));
  command
      .add_option(
          "--batch", batch,
          "windows computed together; more is faster and takes more memory [default: 2, on one thread 1]")
      ->option_text("N")
      ->group(group)
      ->check(in_range(1, kLargestSide));
  command
      .add_option("--logit-scale", logit_scale,
                  "of a CLIP without prompts: cosines are multiplied by this before the softmax over the "
                  "names. More makes the best class more certain, so fewer pixels are below --unknown "
                  "[default: 40, published settings use 40 to 65; with "
                  "the head maskclip the CLIP's own temperature, mostly 100]")
      ->option_text("X")
      ->group(group)
      ->check(in_range(1e-6, 1000));
  command
      .add_option("--mean", mean,
                  "of a CLIP without prompts, where windows overlap: logits (cosines are averaged, then "
                  "softmax) or probabilities (softmax at each patch, then averaged) [default: logits; "
                  "probabilities with the head maskclip]")
      ->option_text("RULE")
      ->group(group);
  command
      .add_option(
          "--unknown", unknown,
          "pixels whose best score is below this become \"unknown\", or go to the background if there "
          "is one; NAME=SCORE asks another score of one class. May be repeated: --unknown 0.3 "
          "--unknown road=0.4 [default: off]")
      ->option_text("[NAME=]SCORE")
      ->group(group)
      ->expected(1)
      ->take_all();
  command
      .add_option(
          "--min-area", min_area,
          "classes that have at most this share of the foreground (all pixels but the background's) are "
          "dropped, and their pixels go to the next best class [default: 0, none is]")
      ->option_text("SHARE")
      ->group(group)
      ->check(in_range(0, 0.999));
  command
      .add_option("--refine", refine,
                  "pamr: scores follow the edges of the image (weighted means with neighbours of like "
                  "colours), before labels are made of them; any model. Takes about 10 ms a name on an image "
                  "of 640 x 480, and 64 bytes a pixel; or none [default: the model's, mostly none]")
      ->option_text("RULE")
      ->group(group);
  suggest_words(*command.get_option("--mean"), {"logits", "probabilities"});
  suggest_words(*command.get_option("--refine"), {"none", "pamr"});
  views.add_to(command, group);
  seen_option_ =
      command.add_option("--seen", seen,
                         "zero-shot protocol: the classes that training saw, as labels or names between "
                         "commas, or auto for the vocabulary's own split [default: off]");
  seen_option_->option_text("LIST")->group(group);
  command
      .add_option("--calibration", calibration,
                  "subtracted from the probability of seen classes [default: 0.1]")
      ->option_text("P")
      ->group(group)
      ->check(in_range(0, 1))
      ->needs(seen_option_);
  command
      .add_option("--max-pixels", max_pixels,
                  "refuse images that have more pixels than this after resizing [default: 100000000]")
      ->option_text("N")
      ->group(group)
      ->check(in_range(1, 1e12));
}

SegmentOptions ProtocolArguments::resolve(const ClassList& classes) const {
  SegmentOptions options;
  options.window = window_of(window);
  if (options.window > 0 && stride > options.window) {
    throw Error(
        ErrorCode::kBadArgument,
        fmt::format("--stride {} is larger than --window {}: pixels between windows would have no label",
                    stride, window),
        "a stride of five sixths of the window is usual");
  }
  if (!mean.empty()) {
    require_one_of("--mean", mean, {"logits", "probabilities"});
    options.mean = mean == "logits" ? WindowMean::kLogits : WindowMean::kProbabilities;
  }
  if (!refine.empty()) {
    require_one_of("--refine", refine, {"none", "pamr"});
    options.refine = refine == "pamr" ? Refinement::kPamr : Refinement::kNone;
  }
  options.short_side = short_side;
  options.stride = stride;
  options.window_batch = batch;
  options.logit_scale = logit_scale;
  options.min_area = min_area;
  for (const auto& text : unknown) add_threshold(text, classes, options);
  if (seen_option_->count() > 0) options.seen = parse_seen(seen, classes);
  options.scales = views.scale_list();
  options.flip = views.flip;
  options.calibration = calibration;
  options.max_pixels = max_pixels;
  return options;
}

}  // namespace relprompt::cli
