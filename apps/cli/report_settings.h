// What a Reporter is told of a command line.
#pragma once

#include "relprompt/report.h"

namespace relprompt::cli {

/// Model, classes and texts of any command that labels; the caller adds what it has beside them.
/// @param protocol resolved by the segmenter
template <class Settings>
ReportSettings report_settings(const Settings& settings, const SegmentOptions& protocol) {
  ReportSettings said;
  said.model = settings.model;
  said.model_options = settings.model_options;
  said.classes = settings.classes;
  said.text = settings.text;
  said.protocol = protocol;
  return said;
}

}  // namespace relprompt::cli
