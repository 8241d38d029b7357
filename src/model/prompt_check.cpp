#include "model/prompt_check.h"

#include <utility>
#include <vector>

#include <fmt/format.h>

namespace relprompt::model {
namespace {

/// A rule that is broken: what is wrong and what to do.
struct Broken {
  std::string message, hint;
};
using Found = std::vector<Broken>;

/// Switches of RPM that have another value than its default.
std::vector<std::string> changed_switches(const RpmOptions& rpm) {
  const RpmOptions plain;
  const std::vector<std::pair<const char*, bool>> switches = {
      {"variant", rpm.variant != plain.variant},
      {"use_m2oe", rpm.use_m2oe != plain.use_m2oe},
      {"m2oe", rpm.m2oe.rank != plain.m2oe.rank || rpm.m2oe.experts != plain.m2oe.experts ||
                   rpm.m2oe.top_k != plain.m2oe.top_k || rpm.m2oe.gate != plain.m2oe.gate},
      {"image_level_attention", !rpm.itp.image_level},
      {"pixel_level_attention", !rpm.itp.pixel_level},
      {"apg", rpm.apg != plain.apg},
      {"merge", rpm.merge != plain.merge},
      {"layers", !rpm.layers.empty()}};
  std::vector<std::string> changed;
  for (const auto& [key, differs] : switches) {
    if (differs) changed.emplace_back(key);
  }
  return changed;
}

void check_method(const PromptConfig& prompts, const VisionConfig& vision, Found& found) {
  const auto& peft = prompts.peft;
  const auto method = name_of(kMethodWords, peft.method);
  if (!has_rpm(peft.method)) {
    for (const auto& key : changed_switches(prompts.rpm)) {
      found.push_back(
          {fmt::format("'{}' is a switch of the relationship prompts, and method '{}' has none", key, method),
           fmt::format("leave '{}' out, or choose the method rpn or rpn_vpt", key)});
    }
  }
  if (peft.method == Method::kRpnVpt && prompts.rpm.variant == Variant::kOfficial) {
    found.push_back(
        {"method 'rpn_vpt' adds visual prompts to the paper variant; the official one has its own",
         "choose the method rpn, or the variant paper"});
  }
  const auto head = vision.width / vision.heads;
  if (peft.method != Method::kLst) return;
  if (head % peft.lst_reduction != 0 || vision.mlp_width < peft.lst_reduction) {
    found.push_back({fmt::format("'lst_reduction' {} does not divide the {} numbers of the tower's heads",
                                 peft.lst_reduction, head),
                     "choose a divisor"});
  }
}

void check_switches(const RpmOptions& rpm, const VisionConfig& vision, Found& found) {
  if (rpm.variant == Variant::kOfficial && rpm.apg == Apg::kLinear) {
    found.push_back(
        {"'apg' linear has no shared linear layer, which the official variant's visual prompts need",
         "choose the variant paper"});
  }
  if (!rpm.itp.image_level && !rpm.itp.pixel_level) {
    found.push_back({"without 'image_level_attention' and 'pixel_level_attention' there is no attention",
                     "switch off one of them at most"});
  }
  // The official variant never has M2oE and leaves its settings alone, so that files of both variants look
  // alike.
  if (rpm.variant == Variant::kPaper && !rpm.use_m2oe && !rpm.m2oe.gate) {
    found.push_back(
        {"'gate' under 'm2oe' is switched off in a model without M2oE", "leave one of the two out"});
  }
  for (const auto layer : rpm.layers) {
    if (layer < vision.layers) continue;
    found.push_back({fmt::format("'layers' names layer {}, after which no layer takes prompts", layer),
                     fmt::format("choose among 1 to {}", vision.layers - 1)});
    break;
  }
}

}  // namespace

bool trains_nothing(const PromptConfig& prompts) {
  return prompts.peft.method == Method::kLpmOnly && !prompts.lpm.trained;
}

bool has_m2oe(const PromptConfig& prompts) {
  return has_rpm(prompts.peft.method) && prompts.rpm.variant == Variant::kPaper && prompts.rpm.use_m2oe;
}

void require_trainable(const PromptConfig& prompts, const std::string& where, ErrorCode code) {
  if (!trains_nothing(prompts)) return;
  throw Error(code, where + ": method 'lpm_only' without 'lpm_trained' trains nothing",
              "leave 'lpm_trained' out");
}

void check_prompts(const PromptConfig& prompts, const VisionConfig& vision, const std::string& where,
                   ErrorCode code) {
  Found found;
  check_method(prompts, vision, found);
  if (prompts.lpm.trained && prompts.lpm.temperature != 1) {
    found.push_back(
        {"'lpm_temperature' divides the logits of a training-free head, and 'lpm_trained' is true",
         "leave 'lpm_temperature' out or set lpm_trained: false"});
  }
  if (has_rpm(prompts.peft.method)) check_switches(prompts.rpm, vision, found);
  if (!found.empty()) throw Error(code, where + ": " + found.front().message, found.front().hint);
}

}  // namespace relprompt::model
