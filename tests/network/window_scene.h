// Patch scores of the windows of an image, for tests of what is made from them.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <torch/torch.h>

#include "kernels/label_tiles.h"
#include "kernels/score_maps.h"
#include "segmenter/windows.h"
#include "tensors.h"

namespace relprompt::segmenter {

/// Scores of windows as a task; what it points to is kept here.
struct Scene {
  Scene(kernels::ImageSize resized, kernels::ImageSize image, std::int64_t stride,
        std::vector<std::size_t> first, kernels::ScoreActivation score_activation) {
    for (const auto& w : sliding_windows(resized.height, resized.width, 200, stride)) {
      const auto rows = static_cast<std::int64_t>(first.back());
      scores.push_back(test::uniform("scores" + std::to_string(scores.size()), {rows, 12, 12}) * 4);
      task.windows.push_back({scores.back().data_ptr<float>(), w.y, w.x});
      task.window = {w.height, w.width};
    }
    task.patches = {12, 12};
    task.resized = resized;
    task.image = image;
    task.penalty.assign(first.size() - 1, 0.0f);
    task.first = std::move(first);
    task.score_activation = score_activation;
  }

  std::size_t classes() const { return task.penalty.size(); }

  /// [classes, image], `chunk` classes at a time.
  torch::Tensor planes(std::size_t chunk) const {
    auto all = torch::empty({static_cast<std::int64_t>(classes()), task.image.height, task.image.width});
    kernels::ScoreMaps planes(task);
    for (std::size_t c = 0; c < classes(); c += chunk) {
      planes.compute(c, std::min(chunk, classes() - c), all[static_cast<std::int64_t>(c)].data_ptr<float>());
    }
    return all;
  }

  /// Labels and their scores.
  std::pair<torch::Tensor, torch::Tensor> best() const {
    auto label = torch::empty({task.image.height, task.image.width}, torch::kInt32);
    auto score = torch::empty({task.image.height, task.image.width});
    kernels::label_tiles(task, label.data_ptr<std::int32_t>(), score.data_ptr<float>());
    return {label.to(torch::kInt64), score};
  }

  std::vector<torch::Tensor> scores;
  kernels::LabelTask task;
};

}  // namespace relprompt::segmenter
