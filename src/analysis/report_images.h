// Images that go beside the report of an evaluation (eval/report.h), which itself is text only.
#pragma once

#include <filesystem>

#include "relprompt/classes.h"

#include "eval/confusion.h"

namespace relprompt::analysis {

/// Writes draw_confusion's image of the worst classes, whole or not at all.
/// Throws Error: kBadArgument as draw_confusion does, so also for counts without pairs; kNotWritable;
/// kDiskFull; kOutOfMemory.
void write_confusion_png(const std::filesystem::path& file, const eval::ConfusionMatrix& matrix,
                         const ClassList& classes);

}  // namespace relprompt::analysis
