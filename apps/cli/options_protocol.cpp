#include "options_protocol.h"

#include <fmt/format.h>

#include "options_classes.h"
#include "usage.h"

namespace relprompt::cli {
namespace {

// Far beyond any use; keeps pixel arithmetic away from overflow.
constexpr double kLargestSide = 65536;

}  // namespace

void ProtocolArguments::add_to(CLI::App& command) {
  const std::string group = "Protocol";
  const auto add_side = [&](const char* name, int& value, const char* text, const char* unit) {
    command.add_option(name, value, text)->option_text(unit)->group(group)->check(in_range(1, kLargestSide));
  };
  add_side(
      "--short-side", short_side,
      "the image's shorter side is resized to this first [default: the model's, 512 for CLIP's own sizes]",
      "PIXELS");
  add_side("--window", window, "side of the square windows [default: the model's, mostly 512]", "PIXELS");
  add_side("--stride", stride, "step between windows, at most the window [default: the model's, mostly 426]",
           "PIXELS");
  add_side("--batch", batch,
           "windows computed together; more is faster and takes more memory [default: 2, on one thread 1]",
           "N");
  command
      .add_option("--unknown", unknown,
                  "pixels whose best score is below this become \"unknown\" [default: off]")
      ->option_text("SCORE")
      ->group(group)
      ->check(in_range(-1, 1));
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
  if (window > 0 && stride > window) {
    throw Error(
        ErrorCode::kBadArgument,
        fmt::format("--stride {} is larger than --window {}: pixels between windows would have no label",
                    stride, window),
        "a stride of five sixths of the window is usual");
  }
  SegmentOptions options;
  options.short_side = short_side;
  options.window = window;
  options.stride = stride;
  options.window_batch = batch;
  if (seen_option_->count() > 0) options.seen = parse_seen(seen, classes);
  options.calibration = calibration;
  options.unknown_threshold = unknown;
  options.max_pixels = max_pixels;
  return options;
}

}  // namespace relprompt::cli
