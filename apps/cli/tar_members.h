// The members of a tar of results: what is saved of one sample.
#pragma once

#include <string>

#include "relprompt/segmenter.h"

#include "class_settings.h"
#include "options_output.h"
#include "tar_reading.h"

namespace relprompt::cli {

/// The bytes of all members of a sample that was labelled, KEY.labels.png and so on, in the order of the
/// formats. The same sample and settings give the same bytes. Throws Error as encode_image_file does.
std::string members_of(const TarStep& step, const Segmentation& result, const ClassSetting& classes,
                       const OutputPlan& plan);

/// Those of one that failed: KEY.json with the reason, if reports are saved.
std::string members_of_failed(const TarStep& step, const Error& failure, const ClassSetting& classes,
                              const OutputPlan& plan);

}  // namespace relprompt::cli
