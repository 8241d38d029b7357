// Words of class names that a model has never read. A CLIP trained on a few hundred words gives any other one
// an embedding as well, and masks that look as sure as all others: somebody has to say so.
#pragma once

#include <string>
#include <vector>

#include "relprompt/classes.h"

namespace relprompt::model {

/// The words of all names, as the tokenizer cuts them, that consist of letters and are not among `known`; in
/// the order in which the names have them, each once. None if `known` is empty: nothing is stated then.
std::vector<std::string> unknown_words(const std::vector<std::string>& known, const ClassList& classes);

}  // namespace relprompt::model
