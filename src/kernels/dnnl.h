// oneDNN's C++ interface, under names of our own where the build says so.
#pragma once

// The names come first, for what oneDNN's headers declare.
// clang-format off
#include "relprompt/onednn_names.h"
#include <dnnl.hpp>
// clang-format on
