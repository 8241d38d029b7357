#include "train/pretrain_batch.h"

#include <algorithm>
#include <string>
#include <vector>

#include "base/random.h"
#include "text/templates.h"

namespace relprompt::train {
namespace {

/// Batches made ahead.
constexpr std::size_t kAhead = 4;

/// Scenes of different updates have different indices, whatever the phases' batches.
constexpr std::uint64_t kIndicesAnUpdate = std::uint64_t{1} << 20;

/// Captions that are single names, where the phase asks for them: an object's, or a background's.
void say_names(const PretrainPhase& phase, world::SceneBatch& scenes) {
  for (std::size_t scene = 0; scene < scenes.captions.size(); ++scene) {
    const auto number = static_cast<std::int64_t>(scene) + 1;
    const bool ground = phase.ground_every > 0 && number % phase.ground_every == 0;
    if (!ground && phase.captions != CaptionKind::kNames) continue;
    const auto& shown = scenes.shows[scene];
    const auto grounds = shown.begin() + world::kObjectClasses;
    auto found = std::find(shown.begin(), grounds, true);
    if (ground || found == grounds) found = std::find(grounds, shown.end(), true);
    const auto label = static_cast<std::uint16_t>(found - shown.begin());
    scenes.captions[scene] = {text::fill(text::single_template().front(), world::title_of(label)), {label}};
  }
}

}  // namespace

torch::Tensor images_of(const world::SceneBatch& scenes, int size, const model::Normalisation& image) {
  const auto pixels = static_cast<std::size_t>(size) * static_cast<std::size_t>(size);
  const auto count = scenes.captions.size();
  auto images = torch::empty({static_cast<std::int64_t>(count), 3, size, size});
  auto* out = images.data_ptr<float>();
  // Plain loops, because the loader's threads must not start teams of LibTorch's.
  for (std::size_t scene = 0; scene < count; ++scene) {
    const auto* rgb = scenes.images.data() + scene * pixels * 3;
    for (std::size_t c = 0; c < 3; ++c) {
      const float mean = image.mean[c], factor = 1 / image.std[c];
      for (std::size_t at = 0; at < pixels; ++at)
        *out++ = (static_cast<float>(rgb[3 * at + c]) - mean) * factor;
    }
  }
  return images;
}

torch::Tensor excluded_pairs(const world::SceneBatch& scenes) {
  const auto count = static_cast<std::int64_t>(scenes.captions.size());
  auto excluded = torch::empty({count, count}, torch::kBool);
  auto* out = excluded.data_ptr<bool>();
  for (std::size_t scene = 0; scene < scenes.captions.size(); ++scene) {
    const auto& shown = scenes.shows[scene];
    for (std::size_t caption = 0; caption < scenes.captions.size(); ++caption) {
      const auto& labels = scenes.captions[caption].labels;
      const bool holds = std::all_of(labels.begin(), labels.end(), [&](auto label) { return shown[label]; });
      *out++ = holds && scene != caption;
    }
  }
  return excluded;
}

torch::Tensor token_rows(const text::Tokenizer& tokenizer, const std::vector<std::string>& texts,
                         std::int64_t context) {
  auto tokens = torch::empty({static_cast<std::int64_t>(texts.size()), context}, torch::kInt64);
  auto* out = tokens.data_ptr<std::int64_t>();
  for (const auto& text : texts) {
    for (const auto id : tokenizer.tokens(text, static_cast<int>(context), /*truncate=*/true)) *out++ = id;
  }
  return tokens;
}

PretrainLoader::PretrainLoader(const PretrainConfig& config, const text::Tokenizer& tokenizer,
                               std::int64_t first)
    : config_(config), tokenizer_(tokenizer) {
  const auto left = static_cast<std::uint64_t>(config_.iterations() - first);
  batches_ = std::make_unique<data::Prefetch<PretrainBatch>>(
      left,
      [this, first](std::uint64_t position) { return make(first + static_cast<std::int64_t>(position)); },
      data::PrefetchOptions{config_.loader_threads, kAhead});
}

PretrainBatch PretrainLoader::make(std::int64_t done) const {
  const auto& phase = *place_of(config_, done).phase;
  world::Options options;
  options.size = phase.size;
  options.min_objects = phase.min_objects;
  options.max_objects = phase.max_objects;
  const auto first = static_cast<std::uint64_t>(done) * kIndicesAnUpdate;
  world::SceneBatch scenes;
  world::fill_batch(fnv1a("pretraining") ^ config_.seed, first,
                    first + static_cast<std::uint64_t>(phase.batch), options, 1, scenes);
  say_names(phase, scenes);
  std::vector<std::string> texts;
  for (const auto& caption : scenes.captions) texts.push_back(caption.text);
  PretrainBatch batch;
  batch.images = images_of(scenes, phase.size, model::Normalisation::clip());
  batch.tokens = token_rows(tokenizer_, texts, config_.clip.text.context);
  batch.excluded = excluded_pairs(scenes);
  return batch;
}

}  // namespace relprompt::train
