// The warning about class names that a model cannot know: masks for them look as sure as all others.
#pragma once

#include "relprompt/segmenter.h"

namespace relprompt::cli {

/// Prints it, if there is reason, on stderr. The segmenter's classes are set.
void warn_of_unknown_words(const Segmenter& segmenter);

}  // namespace relprompt::cli
