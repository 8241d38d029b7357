// The course of a training run in one image: is the loss falling, do the rates follow their schedule, do
// the scores still rise?
#pragma once

#include "relprompt/image.h"

#include "analysis/training_log.h"

namespace relprompt::analysis {

/// Three charts over the iterations, one below the other: the loss and its parts (logarithmic, smoothed over
/// the noise of single steps), the learning rates, the scores in percent. A log without evaluations has no
/// third one. Throws Error: kOutOfMemory.
Image draw_training_curves(const TrainingLog& log);

}  // namespace relprompt::analysis
