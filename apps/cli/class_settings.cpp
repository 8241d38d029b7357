#include "class_settings.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "relprompt/error.h"
#include "relprompt/output.h"

#include "config/data_config.h"

namespace relprompt::cli {
namespace {

ClassSetting setting_of(const SegmentSettings& settings, Segmenter& segmenter) {
  ClassSet set(segmenter.model(), settings.classes, settings.text);
  segmenter.set_classes(set);
  const SegmentOptions protocol =
      segmenter.resolve(settings.protocol);  // after the classes: it checks `seen`
  return {settings.classes, std::move(set), protocol, facts_of(settings, segmenter, protocol)};
}

/// The settings of a run that is about images with these classes alone.
SegmentSettings changed(SegmentSettings settings, const OwnClasses& own, const Model& model) {
  if (!own.classes.empty()) {
    if (!settings.protocol.class_thresholds.empty()) {
      throw Error(ErrorCode::kBadArgument,
                  "expected no classes of a single image together with --unknown CLASS=SCORE",
                  "the threshold is that of a class of the run");
    }
    settings.classes = model.complete(parse_class_list(fmt::format("{}", fmt::join(own.classes, "\n"))),
                                      settings.background);
    settings.protocol.seen.clear();
  }
  if (own.seen.empty()) return settings;
  settings.protocol.seen.clear();
  for (const auto& title : own.seen)
    settings.protocol.seen.push_back(config::label_called(title, settings.classes, "'seen'"));
  return settings;
}

void require_no_run_files(const OutputPlan& plan, const std::string& place) {
  for (const auto& name : plan.formats) {
    if (output_format(name).run_files.empty()) continue;
    throw Error(
        ErrorCode::kBadArgument,
        fmt::format(
            "{}: expected no classes of its own, since --save {} makes a file with one class list for "
            "all images",
            place, name),
        fmt::format("leave {} out, or give all images the classes of the run", name));
  }
}

}  // namespace

ClassSettings::ClassSettings(const SegmentSettings& settings, Segmenter& segmenter,
                             const std::vector<OwnClasses>& own)
    : segmenter_(segmenter) {
  for (const OwnClasses& classes : own) {
    const std::string place = fmt::format("{}, line {}", settings.list.manifest, classes.line);
    if (!classes.classes.empty()) require_no_run_files(settings.plan, place);
  }
  all_.push_back(setting_of(settings, segmenter));
  for (const OwnClasses& classes : own) {
    try {
      all_.push_back(setting_of(changed(settings, classes, segmenter.model()), segmenter));
    } catch (const Error& error) {
      throw Error(error.code(),
                  fmt::format("{}, line {}: {}", settings.list.manifest, classes.line, error.what()));
    }
  }
  segmenter.set_classes(all_.front().set);
}

const ClassSetting& ClassSettings::use(std::size_t own) {
  if (own != used_) segmenter_.set_classes(all_[own].set);
  used_ = own;
  return all_[own];
}

}  // namespace relprompt::cli
