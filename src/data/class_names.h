// The class names of the two largest sets. Both have names with synonyms, and ADE-847 uses some names for two
// classes, so they are no class lists that a user could type.
#pragma once

#include <string_view>

#include "relprompt/classes.h"

namespace relprompt::data {

/// PASCAL Context, 459 names in label order.
ClassList context_459_classes();

/// ADE20K in full, 847 classes in label order, with all their synonyms.
ClassList ade_847_classes();

/// Splits "a, b;c, d" at commas into classes and at semicolons into names, without white space around them.
/// Unlike parse_class_list it lets a name occur twice.
ClassList split_names(std::string_view text);

}  // namespace relprompt::data
