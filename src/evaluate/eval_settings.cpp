#include "evaluate/eval_settings.h"

#include "relprompt/error.h"

#include "base/paths.h"

namespace relprompt::evaluate {

namespace fs = std::filesystem;

fs::path absolute_or_empty(const fs::path& path) {
  return path.empty() ? path : absolute_path(path).lexically_normal();
}

config::RunConfig config_of(const RunSettings& settings) {
  if (settings.config.empty()) {
    throw Error(ErrorCode::kBadArgument, "no config is given", "configs/ holds one for each protocol");
  }
  auto changes = settings.changes;
  if (!settings.head.empty()) changes.push_back("head=" + settings.head);
  auto config = config::read_run_config(settings.config, changes);
  if (!settings.data.empty()) config.paths.data = settings.data;
  if (!settings.vocab.empty()) config.paths.vocab = settings.vocab;
  if (settings.threads) config.threads = *settings.threads;
  if (!settings.device.empty()) config.device = settings.device;
  if (settings.image_scores) config.test.image_scores = true;
  config.paths.data = absolute_or_empty(config.paths.data);
  config.paths.vocab = absolute_or_empty(config.paths.vocab);
  return config;
}

EvalRequest request_of(const RunSettings& settings) {
  EvalRequest request;
  request.model = settings.model;
  request.folder = settings.output;
  request.title = "test set";
  request.precision = settings.precision.empty() ? "fp32" : settings.precision;
  request.head = settings.head;
  request.towers = settings.towers;
  request.replace = settings.replace;
  request.images = settings.images;
  request.shard = settings.shard;
  if (request.model.empty()) {
    throw Error(ErrorCode::kBadArgument, "no model is given", "add --model PATH, such as runs/NAME/last");
  }
  if (request.folder.empty()) request.folder = fs::path("reports") / settings.config.stem();
  return request;
}

}  // namespace relprompt::evaluate
