#include "label_maker.h"

#include "base/random.h"

namespace relprompt::eval::test {

LabelMap row(std::vector<std::uint16_t> labels) {
  const int width = static_cast<int>(labels.size());
  return {1, width, std::move(labels)};
}

Pair random_pair(const Recipe& recipe, std::uint64_t seed) {
  SplitMix64 random(seed);
  Pair pair{{recipe.height, recipe.width, {}}, {recipe.height, recipe.width, {}}};
  const auto label = [&] { return static_cast<std::uint16_t>(random.next() % recipe.used); };
  for (int i = 0; i < recipe.height * recipe.width; ++i) {
    const std::uint16_t truth = label(), other = label();
    const std::uint64_t dice = random.next();
    const bool agree = dice % 2 == 0, unknown = recipe.unknown && dice / 2 % 10 == 0;
    const bool ignored = recipe.ignore && dice / 20 % 5 == 0;
    pair.prediction.labels.push_back(unknown ? LabelMap::kUnknown : agree ? truth : other);
    pair.truth.labels.push_back(ignored ? *recipe.ignore : truth);
  }
  return pair;
}

ConfusionMatrix random_matrix(const Recipe& recipe, std::uint64_t seed, int images, Detail detail) {
  ConfusionMatrix matrix(recipe.classes, detail);
  for (int i = 0; i < images; ++i) {
    const Pair pair = random_pair(recipe, seed * 1000 + static_cast<std::uint64_t>(i));
    matrix.add("random", pair.prediction, pair.truth, recipe.ignore);
  }
  return matrix;
}

ClassList numbered_classes(std::size_t count) {
  ClassList classes;
  for (std::size_t label = 0; label < count; ++label)
    classes.names.push_back({"class " + std::to_string(label)});
  return classes;
}

}  // namespace relprompt::eval::test
