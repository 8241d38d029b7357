#include "train/pretrain_vocabulary.h"

#include <vector>

#include "text/bpe_trainer.h"
#include "world/caption.h"
#include "world/scene_batch.h"

namespace relprompt::train {
namespace {

constexpr std::uint64_t kCaptions = 2048;

}  // namespace

std::string learn_vocabulary(std::size_t most, std::uint64_t seed) {
  world::Options options;
  options.size = world::kSmallestScene;  // only the captions matter
  world::SceneBatch scenes;
  world::fill_batch(seed, 0, kCaptions, options, 1, scenes);
  std::vector<std::string> texts;
  for (const auto& caption : scenes.captions) texts.push_back(caption.text);
  for (const auto word : world::caption_words()) texts.emplace_back(word);  // also those that are rare
  return text::merges_text(text::train_bpe(texts, most));
}

std::vector<std::string> pretraining_words() {
  const auto words = world::caption_words();
  return {words.begin(), words.end()};
}

}  // namespace relprompt::train
