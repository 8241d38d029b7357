// The scores of single classes, for people at a terminal.
#pragma once

#include <string>
#include <vector>

#include "relprompt/training.h"

namespace relprompt::cli {

/// A line a class with its IoU in percent and its share of the labelled pixels, by label; of more than 60
/// classes those with the lowest IoU, with a line that says so. Names are foreign and are made printable
/// where this is printed.
std::string class_table(const std::vector<ClassResult>& classes);

}  // namespace relprompt::cli
