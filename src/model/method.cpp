#include "model/method.h"

#include <fmt/format.h>

namespace relprompt::model {

bool has_rpm(Method method) {
  return method == Method::kRpn || method == Method::kRpnVpt;
}

bool has_vpt(Method method) {
  return method == Method::kVpt || method == Method::kRpnVpt;
}

bool changes_weights(Method method) {
  return method == Method::kFull || method == Method::kBitFit || method == Method::kSsf ||
         method == Method::kLora;
}

std::string size_text(const PeftOptions& options) {
  if (has_vpt(options.method)) return fmt::format("{} tokens a layer", options.vpt_tokens);
  if (options.method == Method::kAdapter) return fmt::format("width {}", options.adapter_width);
  if (options.method == Method::kLst) return fmt::format("width 1/{}", options.lst_reduction);
  if (options.method == Method::kLora) return fmt::format("rank {}", options.lora_rank);
  return "";
}

}  // namespace relprompt::model
