// PASCAL Context: the 59 most frequent classes in label order, and the same with a background before them.
#include "text/vocabulary_lists.h"

namespace relprompt::text {

namespace {

std::vector<std::string> context_names() {
  return {"aeroplane", "bag",     "bed",      "bedclothes", "bench",       "bicycle",   "bird",
          "boat",      "book",    "bottle",   "building",   "bus",         "cabinet",   "car",
          "cat",       "ceiling", "chair",    "cloth",      "computer",    "cow",       "cup",
          "curtain",   "dog",     "door",     "fence",      "floor",       "flower",    "food",
          "grass",     "ground",  "horse",    "keyboard",   "light",       "motorbike", "mountain",
          "mouse",     "person",  "plate",    "platform",   "pottedplant", "road",      "rock",
          "sheep",     "shelves", "sidewalk", "sign",       "sky",         "snow",      "sofa",
          "table",     "track",   "train",    "tree",       "truck",       "tvmonitor", "wall",
          "water",     "window",  "wood"};
}

std::vector<std::string> unseen_names() {
  return {"cow", "motorbike", "sofa", "cat", "boat", "fence", "bird", "tvmonitor", "keyboard", "aeroplane"};
}

/// The authors' list says "table"; lists that follow VOC's names say "diningtable" for the same label.
Vocabulary with_second_names(Vocabulary vocabulary) {
  for (auto& names : vocabulary.classes.names) {
    if (names.front() == "table") names.push_back("diningtable");
  }
  return vocabulary;
}

}  // namespace

Vocabulary context_59() {
  return with_second_names(make_vocabulary("context-59",
                                           "PASCAL Context, 59 classes; zero-shot split with 10 unseen",
                                           context_names(), unseen_names()));
}

Vocabulary context_60() {
  std::vector<std::string> names = context_names();
  names.insert(names.begin(), "background");
  return with_second_names(make_vocabulary(
      "context-60", "PASCAL Context with background as label 0; 10 unseen", names, unseen_names()));
}

}  // namespace relprompt::text
