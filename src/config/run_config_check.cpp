// What no single key can tell: ranges that the parts check themselves, and settings that exclude each other.
#include <fmt/format.h>

#include "config/run_config_words.h"
#include "text/templates.h"

namespace relprompt::config {
namespace {

using eval::Setting;

[[noreturn]] void refuse(const std::string& problem, const std::string& hint) {
  throw Error(ErrorCode::kBadArgument, problem, hint);
}

void check_protocol(const RunConfig& config) {
  const std::string word = name_of(eval::kSettingWords, config.setting);
  if (eval::is_zero_shot(config.setting) && config.data.unseen && config.data.unseen->empty()) {
    refuse(fmt::format("'protocol' is {}, but 'data' 'unseen' is an empty list", word),
           "name the unseen classes, or remove 'unseen' for the data set's own split");
  }
  if (config.setting == Setting::kTrainingFree && config.data.train) {
    refuse("'protocol' is training_free, but 'data' has a part 'train'", "remove one of them");
  }
}

void check_best(const RunConfig& config) {
  const char* hint = "train.best can be none, held_out_seen, validation_unseen or validation_unseen_miou";
  if (!config.data.train) return;
  if (config.train.best == BestRule::kHeldOutSeen && config.data.held_out <= 0) {
    refuse("'train' 'best' is held_out_seen, but 'data' 'held_out' is 0", hint);
  }
  if (!looks_at_test(config.train.best)) return;
  const std::string rule = fmt::format("'train' 'best' is {}", name_of(kBestWords, config.train.best));
  if (!config.data.test) refuse(rule + ", but 'data' has no part 'test'", hint);
  if (!eval::is_zero_shot(config.setting) && !scores_split(config)) {
    refuse(rule + ", but the protocol knows no unseen classes",
           "a supervised config may name them in data.unseen; " + std::string(hint));
  }
}

void check_self_training(const RunConfig& config) {
  if (!config.self_training.background || config.setting == Setting::kTransductive) return;
  refuse(fmt::format("'self_training' 'background' is true, but 'protocol' is {}",
                     name_of(eval::kSettingWords, config.setting)),
         "only protocol: transductive labels the background");
}

void check_sizes(const RunConfig& config) {
  if (config.train.micro_batch > config.train.batch) {
    refuse(fmt::format("'train' 'micro_batch' is {}, more than the batch of {}", config.train.micro_batch,
                       config.train.batch),
           "0 computes a whole batch at once");
  }
  if (config.test.window > 0 && config.test.stride > config.test.window) {
    refuse(fmt::format("'test' 'stride' is {}, more than the window of {}", config.test.stride,
                       config.test.window),
           "windows must touch");
  }
}

void check_device(const std::string& device) {
  constexpr std::size_t kPrefix = 5;  // "cuda:"
  const bool is_numbered = device.size() > kPrefix && device.size() < kPrefix + 4 &&
                           device.compare(0, kPrefix, "cuda:") == 0 &&
                           device.find_first_not_of("0123456789", kPrefix) == std::string::npos;
  if (device == "cpu" || device == "cuda" || is_numbered) return;
  refuse(fmt::format("'device' should be cpu, cuda or cuda:N, found \"{}\"", device),
         "cuda:0 is the first GPU");
}

}  // namespace

bool looks_at_test(BestRule rule) noexcept {
  return rule == BestRule::kValidationUnseen || rule == BestRule::kValidationUnseenMiou;
}

bool scores_split(const RunConfig& config) noexcept {
  if (eval::is_zero_shot(config.setting)) return true;
  return config.setting == Setting::kSupervised && config.data.unseen && !config.data.unseen->empty();
}

void check(const RunConfig& config, const std::string& source) {
  try {
    check(config.train.schedule);
    check(config.optimizer);
    model::check(config.loss.sigmoid);
    image::check(config.augment);
    for (const std::string& sentence : config.text.templates) text::check_template(sentence);
    check_protocol(config);
    check_best(config);
    check_self_training(config);
    check_sizes(config);
    check_device(config.device);
  } catch (const Error& error) {
    throw Error(ErrorCode::kBadArgument, fmt::format("{}: {}", source, error.what()));
  }
}

}  // namespace relprompt::config
