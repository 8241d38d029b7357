// The table of built-in class lists and the look-up by name.
#include <algorithm>
#include <cstddef>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "relprompt/classes.h"
#include "relprompt/error.h"

#include "base/nearest_name.h"
#include "text/unicode.h"
#include "text/vocabulary_lists.h"

namespace relprompt {

namespace text {

Vocabulary make_vocabulary(const std::string& name, const std::string& description,
                           const std::vector<std::string>& classes, const std::vector<std::string>& unseen) {
  Vocabulary vocabulary{name, description, {}};
  for (const std::string& title : classes) vocabulary.classes.names.push_back({title});
  if (unseen.empty()) return vocabulary;
  vocabulary.classes.seen.assign(classes.size(), true);
  for (const std::string& title : unseen) {
    const auto found = std::find(classes.begin(), classes.end(), title);
    if (found == classes.end()) throw Error(ErrorCode::kInternal, name + " has no class " + title);
    vocabulary.classes.seen[static_cast<std::size_t>(found - classes.begin())] = false;
  }
  return vocabulary;
}

}  // namespace text

const std::vector<Vocabulary>& vocabularies() {
  static const std::vector<Vocabulary> all = {
      text::voc_20(),     text::voc_21(),     text::coco_stuff_171(), text::coco_object_81(),
      text::context_59(), text::context_60(), text::ade_150(),        text::cityscapes_19()};
  return all;
}

const Vocabulary& vocabulary(std::string_view name) {
  std::vector<std::string> known;
  for (const Vocabulary& candidate : vocabularies()) {
    if (candidate.name == name) return candidate;
    known.push_back(candidate.name);
  }
  throw Error(ErrorCode::kBadVocabulary, fmt::format("no built-in vocabulary {}", text::excerpt(name)),
              fmt::format("there are {}{}", fmt::join(known, ", "), suggestion(name, known)));
}

}  // namespace relprompt
