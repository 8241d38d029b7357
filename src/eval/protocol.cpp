#include "eval/protocol.h"

namespace relprompt::eval {
namespace {

using Json = nlohmann::json;

template <class Value>
Json or_null(const std::optional<Value>& value) {
  return value ? Json(*value) : Json();
}

}  // namespace

void set_split(ProtocolStatement& protocol, const ClassList& classes) {
  protocol.seen.clear();
  protocol.unseen.clear();
  for (std::size_t label = 0; label < classes.seen.size(); ++label) {
    (classes.seen[label] ? protocol.seen : protocol.unseen).push_back(classes.title(label));
  }
}

bool is_zero_shot(Setting setting) noexcept {
  return setting == Setting::kInductive || setting == Setting::kTransductive ||
         setting == Setting::kTransductiveKnown;
}

Json to_json(const ProtocolStatement& protocol) {
  return {{"data_set", protocol.data_set},
          {"split", protocol.split},
          {"setting", name_of(kSettingWords, protocol.setting)},
          {"trained_on", protocol.trained_on},
          {"seen", protocol.seen},
          {"unseen", protocol.unseen},
          {"ignore", protocol.ignore.empty() ? Json() : Json(protocol.ignore)},
          {"model", protocol.model},
          {"model_hash", protocol.model_hash},
          {"checkpoint", name_of(kCheckpointWords, protocol.checkpoint)},
          {"checkpoint_score", protocol.checkpoint_score},
          {"iterations", or_null(protocol.iterations)},
          {"calibration", or_null(protocol.calibration)},
          {"unknown_threshold", or_null(protocol.unknown_threshold)},
          {"background", protocol.background.empty() ? Json() : Json(protocol.background)},
          {"min_area", protocol.min_area},
          {"window_mean", protocol.window_mean.empty() ? Json() : Json(protocol.window_mean)},
          {"logit_scale", or_null(protocol.logit_scale)},
          {"refine", protocol.refine},
          {"templates", protocol.templates},
          {"max_over_names", protocol.max_over_names},
          {"short_side", protocol.short_side},
          {"window", protocol.window},
          {"stride", protocol.stride},
          {"scales", protocol.scales},
          {"flip", protocol.flip},
          {"normalisation", protocol.normalisation},
          {"precision", protocol.precision},
          {"average", name_of(kAverageWords, protocol.average)}};
}

}  // namespace relprompt::eval
