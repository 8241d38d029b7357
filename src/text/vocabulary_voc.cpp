// PASCAL VOC 2012: 20 object classes in label order.
#include <algorithm>

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

Vocabulary voc_21() {
  Vocabulary vocabulary{"voc-21", "the same with background as label 0, in the words of training-free heads",
                        voc_20().classes};
  auto& classes = vocabulary.classes;
  classes.seen.clear();
  classes.names.insert(classes.names.begin(), contrast_words());
  classes.titles = {"background"};
  for (std::size_t label = 1; label < classes.size(); ++label)
    classes.titles.push_back(classes.names[label].front());
  classes.background = 0;
  const auto describe = [&](const char* title, std::vector<std::string> names) {
    const auto at = std::find(classes.titles.begin(), classes.titles.end(), title) - classes.titles.begin();
    classes.names[static_cast<std::size_t>(at)] = std::move(names);
  };
  describe("boat", {"ship"});
  describe("diningtable", {"table"});
  describe("person", {"person", "person in shirt", "person in jeans", "person in dress", "person in sweater",
                      "person in skirt", "person in jacket"});
  describe("tvmonitor", {"television monitor", "tv monitor", "monitor", "television", "screen"});
  return vocabulary;
}

}  // namespace relprompt::text
