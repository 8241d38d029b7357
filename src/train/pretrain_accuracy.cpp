#include "train/pretrain_accuracy.h"

#include <algorithm>
#include <string>
#include <vector>

#include "base/random.h"
#include "text/templates.h"
#include "train/pretrain_batch.h"
#include "world/names.h"
#include "world/scene_batch.h"

namespace relprompt::train {
namespace {

/// Scenes computed at once.
constexpr std::int64_t kChunk = 128;

double share_of(const torch::Tensor& scores, const torch::Tensor& answers) {
  return (scores.argmax(1) == answers).to(torch::kFloat64).mean().item<double>();
}

}  // namespace

PretrainTest::PretrainTest(const PretrainConfig& config, const text::Tokenizer& tokenizer) {
  world::Options options;
  options.size = static_cast<int>(config.clip.vision.image_size());
  options.min_objects = options.max_objects = 1;
  options.two_grounds = 0;
  world::SceneBatch scenes;
  world::fill_batch(fnv1a("test of pretraining") ^ config.seed, 0,
                    static_cast<std::uint64_t>(config.evaluate_scenes), options, 1, scenes);
  images_ = images_of(scenes, options.size, model::Normalisation::clip());
  std::vector<std::int64_t> objects, grounds;
  for (const auto& shown : scenes.shows) {
    const auto object = std::find(shown.begin(), shown.begin() + world::kObjectClasses, true);
    const auto ground = std::find(shown.begin() + world::kObjectClasses, shown.end(), true);
    objects.push_back(object - shown.begin());
    grounds.push_back(ground - shown.begin() - world::kObjectClasses);
  }
  objects_ = torch::tensor(objects, torch::kInt64);
  grounds_ = torch::tensor(grounds, torch::kInt64);
  std::vector<std::string> names;
  for (std::uint16_t label = 0; label < world::kClasses; ++label) {
    names.push_back(text::fill(text::single_template().front(), world::title_of(label)));
  }
  names_ = token_rows(tokenizer, names, config.clip.text.context);
}

Top1 PretrainTest::measure(PretrainTowers& towers) const {
  const torch::NoGradGuard no_grad;
  const auto names = towers.read(names_);
  std::vector<torch::Tensor> rows;
  for (const auto& chunk : images_.split(kChunk)) {
    rows.push_back(torch::matmul(towers.see(chunk, false).image, names.t()));
  }
  const auto scores = torch::cat(rows);
  return {share_of(scores.narrow(1, 0, world::kObjectClasses), objects_),
          share_of(scores.narrow(1, world::kObjectClasses, world::kGrounds), grounds_)};
}

}  // namespace relprompt::train
