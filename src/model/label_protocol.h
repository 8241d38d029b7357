// By which rules a model labels images where nobody says otherwise.
//
// Trained prompts, and the heads maskclip and none, keep the paper's protocol. Every other dense head of a
// bare CLIP is published with another one: windows of the size that the tower was made for, cosines averaged
// before the softmax, a sharper or softer softmax than CLIP's own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "relprompt/options.h"

#include "base/json_fields.h"
#include "model/clip_config.h"

namespace relprompt::model {

struct ModelConfig;

inline constexpr Word<WindowMean> kWindowMeanWords[] = {{WindowMean::kProbabilities, "probabilities"},
                                                        {WindowMean::kLogits, "logits"}};
inline constexpr Word<Refinement> kRefinementWords[] = {{Refinement::kNone, "none"},
                                                        {Refinement::kPamr, "pamr"}};
inline constexpr Word<NameRule> kNameRuleWords[] = {{NameRule::kAverage, "average"}, {NameRule::kMax, "max"}};

/// Largest factor of cosines; CLIP's own training stops at 100.
constexpr double kMaxLogitScale = 1000;

/// The keys of `dense` in config.json: what a bare CLIP with such a head does. The defaults are what is
/// common to most published settings of these heads.
struct LabelProtocol {
  int short_side = 0, window = 0, stride = 0;  ///< pixels; 0: half more than the tower's size, its size, half
  WindowMean mean = WindowMean::kLogits;
  double logit_scale = 40;  ///< 0: the CLIP's own temperature
  NameRule names = NameRule::kMax;
  std::vector<std::string> templates = {};  ///< empty: "a photo of a {}"
  std::optional<float> unknown = {};
  float min_area = 0;
  std::string background = {};  ///< see BackgroundOptions
  bool contrast = true;
};

/// Reads the keys. Throws an Error of the fields' code.
LabelProtocol read_protocol(JsonFields fields);
/// The same keys again, every value spelled out.
nlohmann::ordered_json to_json(const LabelProtocol& protocol);

/// Whether a head keeps the protocol that bare CLIPs had before there were others: none, maskclip and
/// maskclip-residual.
bool keeps_paper_protocol(const std::string& head);

/// The protocol of a model, with all sides above 0.
LabelProtocol protocol_of(const ModelConfig& config);

}  // namespace relprompt::model
