// The statement back from its JSON, for counts that were made by another process.
#include "base/json_fields.h"
#include "eval/json_text.h"
#include "eval/protocol.h"

namespace relprompt::eval {
namespace {

using Json = nlohmann::json;

constexpr double kMost = 1e300;  // JSON holds no infinity

std::optional<double> maybe_number(JsonFields& fields, const char* key) {
  const double value = fields.number(key, 0, -kMost, kMost);
  return fields.has(key) ? std::optional<double>(value) : std::nullopt;
}

int pixels(JsonFields& fields, const char* key) {
  constexpr int kMostPixels = 1 << 24;
  return static_cast<int>(fields.integer(key, 0, -1, kMostPixels));
}

void read_origin(JsonFields& fields, ProtocolStatement& protocol) {
  protocol.data_set = fields.text("data_set", "");
  protocol.split = fields.text("split", "");
  protocol.setting = fields.choice("setting", protocol.setting, kSettingWords);
  protocol.trained_on = fields.text("trained_on", "");
  protocol.seen = fields.texts("seen");
  protocol.unseen = fields.texts("unseen");
  protocol.ignore = fields.text("ignore", "");
  protocol.model = fields.text("model", "");
  protocol.model_hash = fields.text("model_hash", "");
  protocol.checkpoint = fields.choice("checkpoint", protocol.checkpoint, kCheckpointWords);
  protocol.checkpoint_score = fields.text("checkpoint_score", "");
  const auto iterations = fields.integer("iterations", 0, 0, std::numeric_limits<std::int64_t>::max());
  if (fields.has("iterations")) protocol.iterations = static_cast<std::uint64_t>(iterations);
}

void read_labelling(JsonFields& fields, ProtocolStatement& protocol) {
  protocol.calibration = maybe_number(fields, "calibration");
  protocol.unknown_threshold = maybe_number(fields, "unknown_threshold");
  protocol.background = fields.text("background", "");
  protocol.min_area = fields.number("min_area", 0, 0, 1);
  protocol.window_mean = fields.text("window_mean", "");
  protocol.logit_scale = maybe_number(fields, "logit_scale");
  protocol.refine = fields.text("refine", protocol.refine);
  protocol.templates = fields.texts("templates");
  protocol.max_over_names = fields.boolean("max_over_names", false);
  protocol.short_side = pixels(fields, "short_side");
  protocol.window = pixels(fields, "window");
  protocol.stride = pixels(fields, "stride");
  protocol.scales = fields.bounded_numbers("scales", 0, kMost);
  protocol.flip = fields.boolean("flip", false);
  protocol.normalisation = fields.text("normalisation", "");
  protocol.precision = fields.text("precision", protocol.precision);
  protocol.average = fields.choice("average", protocol.average, kAverageWords);
}

}  // namespace

ProtocolStatement protocol_from_json(const Json& json, const std::string& source) {
  if (!json.is_object()) damaged(source, "its protocol is no JSON object");
  JsonFields fields(json, source + " 'protocol'", ErrorCode::kUnreadable);
  ProtocolStatement protocol;
  read_origin(fields, protocol);
  read_labelling(fields, protocol);
  fields.finish();
  return protocol;
}

}  // namespace relprompt::eval
