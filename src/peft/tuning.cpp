#include "peft/tuning.h"

#include "relprompt/error.h"

#include "peft/ladder.h"
#include "peft/token_tuning.h"
#include "peft/weight_tuning.h"

namespace relprompt::peft {
namespace {

/// Registers a parameter under a dotted name, with the submodules that the dots ask for.
torch::Tensor register_nested(torch::nn::Module& module, const std::string& name,
                              const std::vector<std::int64_t>& shape) {
  const auto dot = name.find('.');
  if (dot == std::string::npos) return module.register_parameter(name, torch::empty(shape));
  const auto head = name.substr(0, dot);
  const auto children = module.named_children();
  const auto* child = children.find(head);
  const auto next =
      child != nullptr ? *child : module.register_module(head, std::make_shared<torch::nn::Module>(head));
  return register_nested(*next, name.substr(dot + 1), shape);
}

}  // namespace

Tuning::Tuning(const std::vector<model::TensorRow>& rows) {
  for (const auto& row : rows) by_name_.emplace(row.name, register_nested(*this, row.name, row.shape));
}

const torch::Tensor& Tuning::at(const std::string& name) const {
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) throw Error(ErrorCode::kInternal, "no tuned parameter " + name);
  return found->second;
}

Weights Tuning::weights(const Weights&) const {
  return {};
}

std::unique_ptr<clip::LayerHook> Tuning::start_pass() {
  return nullptr;
}

std::shared_ptr<Tuning> make_tuning(const model::ClipConfig& clip, const model::PeftOptions& options) {
  switch (options.method) {
    case model::Method::kRpn:
    case model::Method::kLpmOnly:
      return nullptr;
    case model::Method::kFull:
    case model::Method::kBitFit:
      return std::make_shared<OwnWeights>(clip, options);
    case model::Method::kSsf:
      return std::make_shared<ScaleAndShift>(clip, options);
    case model::Method::kLora:
      return std::make_shared<Lora>(clip, options);
    case model::Method::kAdapter:
      return std::make_shared<Adapter>(clip, options);
    case model::Method::kVpt:
    case model::Method::kRpnVpt:
      return std::make_shared<VisualPrompts>(clip, options);
    case model::Method::kLst:
      return std::make_shared<Ladder>(clip, options);
  }
  return nullptr;
}

}  // namespace relprompt::peft
