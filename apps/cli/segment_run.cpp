// The segment job: checks what can be checked early, opens the model once, and hands over to whoever labels
// images or tars.
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "class_settings.h"
#include "image_list.h"
#include "image_outputs.h"
#include "image_run.h"
#include "interrupt.h"
#include "model_notes.h"
#include "output_folder.h"
#include "run_outputs.h"
#include "segment_settings.h"
#include "shard_account.h"
#include "shard_images.h"
#include "tar_list.h"
#include "tar_run.h"
#include "terminal.h"
#include "unknown_words.h"

namespace relprompt::cli {
namespace {

[[noreturn]] void nothing_to_do(const ImageList& list) {
  const Failure& first = list.failures.front();
  if (list.failures.size() == 1) throw Error(first.code, first.message);
  std::string message = "none of the inputs can be used";
  for (const Failure& failure : list.failures) message += "\n  " + failure.message;
  throw Error(first.code, message);
}

void note_contrast(const ClassList& classes) {
  print_note(
      fmt::format("one class alone would get every pixel: built-in words for stuff stand beside it, as "
                  "\"{}\" (--background sets others, --no-contrast leaves them out)",
                  classes.title(*classes.background)));
}

/// Names that cannot be written are refused before a model is loaded.
void check_names(const ImageList& list, const SegmentSettings& settings, bool tars) {
  if (tars) return check_tar_outputs(list, settings.plan);
  if (!settings.image_member.empty()) {
    throw Error(ErrorCode::kBadArgument,
                fmt::format("--image-member {}: expected tars, found other inputs", settings.image_member),
                "leave it out: it says which member of a sample in a tar is the image");
  }
  RunOutputs(settings.plan, settings.output).check_names(list.images);
  for (const ListedImage& listed : list.images) ImageOutputs(listed, settings.plan).check_names();
}

}  // namespace

int run_segment(const SegmentSettings& given) {
  const OutputFolder folder(given.output);
  std::optional<ShardAccount> shard;
  if (given.shard) shard.emplace(given.output, *given.shard);
  ShardImages images = list_images(given.list, given.inputs, given.shard, given.output);
  ImageList& list = images.list;
  if (list.images.empty() && !given.shard) nothing_to_do(list);  // a shard may have none
  if (!given.quiet) note_unreadable(list);
  SegmentSettings settings = given;
  const bool tars = lists_tars(list, images.first);
  check_names(list, settings, tars);
  settings.hub.fetch(settings.model.string(), settings.quiet);
  Segmenter segmenter(settings.model, settings.model_options);
  settings.classes = segmenter.model().complete(settings.classes, settings.background);
  ClassSettings classes(settings, segmenter, images.own);
  if (!settings.quiet) {
    print_model_notes(segmenter.model().notes());
    if (settings.classes.contrast) note_contrast(settings.classes);
  }
  warn_of_unknown_words(segmenter);
  stop_between_steps(
      {"stopping after this image",
       [] { return std::string("finished images are kept; the same command with --resume goes on"); }});
  ShardAccount* const account = shard ? &*shard : nullptr;
  if (tars) return run_tars(settings, segmenter, classes, std::move(images), account);
  return run_images(settings, segmenter, classes, std::move(images), account);
}

}  // namespace relprompt::cli
