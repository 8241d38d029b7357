// Cityscapes: 19 classes in the order of the train ids.
#include "text/vocabulary_lists.h"

namespace relprompt::text {

Vocabulary cityscapes_19() {
  return make_vocabulary(
      "cityscapes-19", "Cityscapes, 19 classes of street scenes",
      {"road", "sidewalk", "building", "wall", "fence", "pole", "traffic light", "traffic sign", "vegetation",
       "terrain", "sky", "person", "rider", "car", "truck", "bus", "train", "motorcycle", "bicycle"},
      {});
}

}  // namespace relprompt::text
