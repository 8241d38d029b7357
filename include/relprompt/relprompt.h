// Everything of the stable interface in one include.
#pragma once

#include "relprompt/analysis.h"
#include "relprompt/benchmark.h"
#include "relprompt/classes.h"
#include "relprompt/error.h"
#include "relprompt/experiments.h"
#include "relprompt/image.h"
#include "relprompt/model.h"
#include "relprompt/options.h"
#include "relprompt/output.h"
#include "relprompt/pretraining.h"
#include "relprompt/quantization.h"
#include "relprompt/report.h"
#include "relprompt/scores.h"
#include "relprompt/segmenter.h"
#include "relprompt/training.h"
#include "relprompt/version.h"
