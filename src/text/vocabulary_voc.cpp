// PASCAL VOC 2012: 20 object classes in label order.
#include "text/vocabulary_lists.h"

namespace relprompt::text {

Vocabulary voc_20() {
  return make_vocabulary(
      "voc-20", "PASCAL VOC 2012, 20 objects; zero-shot split with 5 unseen",
      {"aeroplane", "bicycle",     "bird",  "boat",        "bottle", "bus",      "car",
       "cat",       "chair",       "cow",   "diningtable", "dog",    "horse",    "motorbike",
       "person",    "pottedplant", "sheep", "sofa",        "train",  "tvmonitor"},
      {"pottedplant", "sheep", "sofa", "train", "tvmonitor"});
}

}  // namespace relprompt::text
