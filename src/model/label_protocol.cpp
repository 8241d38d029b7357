#include "model/label_protocol.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "model/model_config.h"

namespace relprompt::model {

LabelProtocol read_protocol(JsonFields fields) {
  constexpr std::int64_t kMaxPixels = 1 << 16;
  LabelProtocol protocol;
  const auto side = [&](const char* key) { return static_cast<int>(fields.integer(key, 0, 0, kMaxPixels)); };
  protocol.short_side = side("short_side");
  protocol.window = side("window");
  protocol.stride = side("stride");
  protocol.mean = fields.choice("mean", protocol.mean, kWindowMeanWords);
  protocol.logit_scale = fields.number("logit_scale", protocol.logit_scale, 0, kMaxLogitScale);
  protocol.names = fields.choice("names", protocol.names, kNameRuleWords);
  protocol.templates = fields.texts("templates");
  const bool has_unknown = fields.has("unknown");
  const double unknown = fields.number("unknown", 0, -1, 1);
  if (has_unknown) protocol.unknown = static_cast<float>(unknown);
  protocol.min_area = static_cast<float>(fields.number("min_area", 0, 0, 0.999));
  protocol.background = fields.text("background", "");
  protocol.contrast = fields.boolean("contrast", true);
  fields.finish();
  return protocol;
}

nlohmann::ordered_json to_json(const LabelProtocol& protocol) {
  using Json = nlohmann::ordered_json;
  return {
      {"short_side", protocol.short_side},   {"window", protocol.window},
      {"stride", protocol.stride},           {"mean", name_of(kWindowMeanWords, protocol.mean)},
      {"logit_scale", protocol.logit_scale}, {"names", name_of(kNameRuleWords, protocol.names)},
      {"templates", protocol.templates},     {"unknown", protocol.unknown ? Json(*protocol.unknown) : Json()},
      {"min_area", protocol.min_area},       {"background", protocol.background},
      {"contrast", protocol.contrast}};
}

bool keeps_paper_protocol(const std::string& head) {
  return head == "none" || head == "maskclip" || head == "maskclip-residual";
}

LabelProtocol protocol_of(const ModelConfig& config) {
  if (config.prompts || keeps_paper_protocol(config.head)) {
    LabelProtocol protocol;
    protocol.short_side = config.test.short_side;
    protocol.window = config.test.window;
    protocol.stride = config.test.stride;
    protocol.mean = WindowMean::kProbabilities;
    protocol.logit_scale = 0;
    protocol.names = NameRule::kAverage;
    return protocol;
  }
  auto protocol = config.dense.value_or(LabelProtocol());
  const int size = static_cast<int>(config.clip.vision.image_size());
  if (protocol.window == 0) protocol.window = size;
  if (protocol.short_side == 0) protocol.short_side = protocol.window * 3 / 2;
  if (protocol.stride == 0) protocol.stride = std::max(1, protocol.window / 2);
  return protocol;
}

}  // namespace relprompt::model
