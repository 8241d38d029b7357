// The built-in class lists, one function each, so that every data set's names stand in a file of their own.
#pragma once

#include <string>
#include <vector>

#include "relprompt/classes.h"

namespace relprompt::text {

/// A vocabulary with one name a class. Classes whose name is in `unseen` are the unseen ones of the zero-shot
/// split; without any there is no split. Throws Error(kInternal) for an unseen name that is no class.
Vocabulary make_vocabulary(const std::string& name, const std::string& description,
                           const std::vector<std::string>& classes, const std::vector<std::string>& unseen);

Vocabulary voc_20();
Vocabulary voc_21();
Vocabulary coco_object_81();
Vocabulary cityscapes_19();
Vocabulary coco_stuff_171();
Vocabulary context_59();
Vocabulary context_60();
Vocabulary ade_150();

}  // namespace relprompt::text
