#include "engine/dense_head.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "base/words.h"
#include "engine/clearclip.h"
#include "engine/maskclip.h"
#include "engine/naclip.h"
#include "engine/resclip_feedback.h"
#include "engine/scclip.h"
#include "engine/sclip.h"
#include "model/model_files.h"

namespace relprompt::engine {
namespace {

struct DenseHeadRow {
  const char* name;
  std::unique_ptr<DenseHead> (*make)(const model::ModelConfig& config,
                                     LastBlock last);  ///< nullptr: nothing in place of the layer
};

template <typename Head>
std::unique_ptr<DenseHead> make(const model::ModelConfig&, LastBlock last) {
  return std::make_unique<Head>(std::move(last));
}

std::unique_ptr<DenseHead> make_resclip(const model::ModelConfig& config, LastBlock last) {
  return std::make_unique<ResClip>(std::move(last), config.resclip);
}

std::unique_ptr<DenseHead> make_resclip_feedback(const model::ModelConfig& config, LastBlock last) {
  return std::make_unique<ResClipFeedback>(std::move(last), config.resclip, config.clip.vision.patch);
}

constexpr DenseHeadRow kDenseHeads[] = {
    {"none", nullptr},
    {"maskclip", make<MaskClip>},
    {"maskclip-residual", make<MaskClipResidual>},
    {"clearclip", make<ClearClip>},
    {"sclip", make<SClip>},
    {"naclip", make<NaClip>},
    {"resclip", make_resclip},
    {"resclip-sfr", make_resclip_feedback},
    {"scclip", make<ScClip>},
};

/// Throws an Error of this code: `what` should be one of the names.
const DenseHeadRow& row_of(const std::string& name, const std::string& what, ErrorCode code) {
  const auto* row = std::find_if(std::begin(kDenseHeads), std::end(kDenseHeads),
                                 [&](const DenseHeadRow& each) { return name == each.name; });
  if (row == std::end(kDenseHeads)) refuse_word(name, dense_head_names(), what, code);
  return *row;
}

}  // namespace

std::int64_t layer_of_12(std::int64_t layer, std::int64_t layers) {
  const auto nearest = (2 * layer * layers + 12) / 24;  // floor(layer * layers / 12 + 1/2)
  return std::min(std::max<std::int64_t>(nearest, 1), layers - 1);
}

std::vector<std::string> dense_head_names() {
  std::vector<std::string> names;
  for (const auto& row : kDenseHeads) names.emplace_back(row.name);
  return names;
}

bool has_dense_head(const model::ModelConfig& config) {
  return !config.prompts &&
         row_of(config.head, "'head' of the model", ErrorCode::kBadModelConfig).make != nullptr;
}

std::unique_ptr<DenseHead> make_dense_head(const model::ModelConfig& config, LastBlock last) {
  const auto make = row_of(config.head, "'head' of the model", ErrorCode::kBadModelConfig).make;
  if (make == nullptr) throw Error(ErrorCode::kInternal, config.head + " is no dense head");
  return make(config, std::move(last));
}

void choose_dense_head(const std::string& name, model::ModelFiles& model) {
  if (!name.empty()) {
    row_of(name, "the dense head (--head)", ErrorCode::kBadArgument);
    if (model.config.prompts) {
      throw Error(ErrorCode::kBadArgument,
                  fmt::format("a dense head is named ({}), but {} has prompts, which do its work", name,
                              model.path.string()),
                  "leave --head out, or use the model's CLIP alone with --training-free");
    }
    model.config.head = name;
  } else if (!model.config.prompts) {
    row_of(model.config.head, model.path.string() + ": 'head'", ErrorCode::kBadModelConfig);
  }
}

}  // namespace relprompt::engine
