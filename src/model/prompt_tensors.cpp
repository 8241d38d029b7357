#include "model/prompt_tensors.h"

#include <algorithm>
#include <cmath>

#include "relprompt/error.h"

#include "model/method_tensors.h"

namespace relprompt::model {
namespace {

// Letters: D and E as in the towers, H knowledge grid^2, L layers, K visual prompt tokens, U = L - 1 M2oE
// blocks, R rank, J experts, W width of the fused text branch, N = 9 inputs of a 3 x 3 convolution of one
// channel. Where a row has two kinds of starting values, the second is the official variant's.
const std::vector<TrainedLine> kKnowledge = {
    {"h", "prompt_proj", "H D", Initial::kKnowledge, 0, RateGroup::kKnowledge},
    {"prompt_linear.weight", "backbone.prompt_proj.weight", "D D", Initial::kSharedLinear},
    {"prompt_linear.bias", "backbone.prompt_proj.bias", "D", Initial::kZero, 0, RateGroup::kRest, 'D',
     Initial::kFanIn},
};

const std::vector<TrainedLine> kLinearApg = {
    {"apg.weight", "", "H D", Initial::kKnowledge},
    {"apg.bias", "", "D", Initial::kZero},
};

const std::vector<TrainedLine> kPromptNorm = {
    {"prompt_norm.weight", "backbone.prompt_norm.weight", "D", Initial::kOne},
    {"prompt_norm.bias", "backbone.prompt_norm.bias", "D", Initial::kZero},
};

const std::vector<TrainedLine> kVisualPrompts = {
    {"vpt", "backbone.deep_prompt_embeddings", "L K D", Initial::kKnowledge},
};

const std::vector<TrainedLine> kM2oe = {
    {"m2oe.{i}.down.weight", "", "R D", Initial::kFanIn, 'U', RateGroup::kRest, 'D'},
    {"m2oe.{i}.down.bias", "", "R", Initial::kFanIn, 'U', RateGroup::kRest, 'D'},
    {"m2oe.{i}.gate", "", "R J", Initial::kZero, 'U'},
    {"m2oe.{i}.noise", "", "R J", Initial::kZero, 'U'},
    {"m2oe.{i}.up.weight", "", "D R", Initial::kZero, 'U'},
    {"m2oe.{i}.up.bias", "", "D", Initial::kZero, 'U'},
};

const std::vector<TrainedLine> kLpm = {
    {"vis_proj.weight", "decode_head.vis_proj_1.weight", "E E", Initial::kLinear, 0, RateGroup::kRest, 0,
     Initial::kNormal},
    {"vis_proj.bias", "decode_head.vis_proj_1.bias", "E", Initial::kZero, 0, RateGroup::kRest, 'E',
     Initial::kFanIn},
    {"vis_norm.weight", "decode_head.vis_norm_1.weight", "E", Initial::kOne},
    {"vis_norm.bias", "decode_head.vis_norm_1.bias", "E", Initial::kZero},
    {"text_fuse.weight", "decode_head.cls_proj.weight", "E W", Initial::kLinear, 0, RateGroup::kRest, 'W',
     Initial::kFanIn},
    {"text_fuse.bias", "decode_head.cls_proj.bias", "E", Initial::kZero, 0, RateGroup::kRest, 'W',
     Initial::kFanIn},
    {"text_norm.weight", "decode_head.tex_norm_1.weight", "E", Initial::kOne},
    {"text_norm.bias", "decode_head.tex_norm_1.bias", "E", Initial::kZero},
};

const std::vector<TrainedLine> kSecondTextLinear = {
    {"text_proj.weight", "decode_head.cls_proj_1.weight", "E E", Initial::kLinear, 0, RateGroup::kRest, 0,
     Initial::kNormal},
    {"text_proj.bias", "decode_head.cls_proj_1.bias", "E", Initial::kZero, 0, RateGroup::kRest, 'E',
     Initial::kFanIn},
};

void append(std::vector<TensorRow>& rows, const std::vector<TrainedLine>& table, const Sizes& sizes,
            bool released = false) {
  const auto more = expand(table, sizes, released);
  rows.insert(rows.end(), more.begin(), more.end());
}

/// The experts are a list within a list, which the table's one layer number cannot say.
void append_experts(std::vector<TensorRow>& rows, const Sizes& sizes) {
  for (std::int64_t expert = 0; expert < sizes.at('J'); ++expert) {
    const std::string stem = "m2oe.{i}.experts." + std::to_string(expert);
    const std::string weight = stem + ".weight", bias = stem + ".bias";
    append(rows,
           {{weight.c_str(), "", "R 1 3 3", Initial::kFanIn, 'U', RateGroup::kRest, 'N'},
            {bias.c_str(), "", "R", Initial::kFanIn, 'U', RateGroup::kRest, 'N'}},
           sizes);
  }
}

void append_rpm(std::vector<TensorRow>& rows, const RpmOptions& rpm, const Sizes& sizes) {
  const bool official = rpm.variant == Variant::kOfficial;
  append(rows, rpm.apg == Apg::kLinear ? kLinearApg : kKnowledge, sizes, official);
  append(rows, kPromptNorm, sizes);
  if (official) {
    append(rows, kVisualPrompts, sizes);
  } else if (rpm.use_m2oe) {
    append(rows, kM2oe, sizes);
    append_experts(rows, sizes);
  }
}

}  // namespace

std::vector<TensorRow> prompt_rows(const ClipConfig& clip, const PromptConfig& prompts) {
  const auto& rpm = prompts.rpm;
  const Sizes sizes = {{'D', clip.vision.width},
                       {'E', clip.joint},
                       {'H', rpm.knowledge_grid * rpm.knowledge_grid},
                       {'L', clip.vision.layers},
                       {'K', rpm.visual_prompt_tokens},
                       {'U', clip.vision.layers - 1},
                       {'R', rpm.m2oe.rank},
                       {'J', rpm.m2oe.experts},
                       {'N', 9},
                       {'W', prompts.lpm.form == Form::kC ? 2 * clip.joint : clip.joint}};
  std::vector<TensorRow> rows;
  if (has_rpm(prompts.peft.method)) append_rpm(rows, rpm, sizes);
  const auto tuned = peft_rows(clip, prompts.peft);
  rows.insert(rows.end(), tuned.begin(), tuned.end());
  const bool official = rpm.variant == Variant::kOfficial;
  if (prompts.lpm.trained) append(rows, kLpm, sizes, official);
  if (prompts.lpm.trained && prompts.lpm.second_text_linear) append(rows, kSecondTextLinear, sizes, official);
  return rows;
}

PromptConfig infer_prompts(const TensorSource& source) {
  const auto shape_of = [&](const TrainedLine& line, const char* what) {
    const Sizes any = {{'H', 1}, {'D', 1}, {'L', 1}, {'K', 1}};
    const auto row = expand(std::vector<TrainedLine>{line}, any).front();
    const auto shape = source.shape_of(row);
    if (shape && shape->size() == row.shape.size()) return *shape;
    throw Error(ErrorCode::kTensorMismatch,
                source.path() + ": no usable " + row.source(source.checkpoint_format()).names.front() + " (" +
                    what + ")",
                "the file looks like one of the RPN authors' checkpoints but lacks its prompts");
  };
  PromptConfig prompts;
  prompts.rpm.variant = Variant::kOfficial;
  prompts.lpm.second_text_linear = true;
  const auto cells = shape_of(kKnowledge[0], "the pixel knowledge h")[0];
  prompts.rpm.knowledge_grid = std::lround(std::sqrt(static_cast<double>(cells)));
  prompts.rpm.visual_prompt_tokens = shape_of(kVisualPrompts[0], "the visual prompts")[1];
  return prompts;
}

RateGroup rate_group_of(const std::string& name) {
  const auto is_named = [&](const TrainedLine& line) {
    return name == line.name && line.group == RateGroup::kKnowledge;
  };
  return std::any_of(kKnowledge.begin(), kKnowledge.end(), is_named) ? RateGroup::kKnowledge
                                                                     : RateGroup::kRest;
}

const std::set<std::string>& ignored_tensors() {
  static const std::set<std::string> names = {
      // OpenAI's TorchScript files
      "input_resolution", "context_length", "vocab_size",
      // buffers of some open_clip and transformers versions
      "attn_mask", "vision_model.embeddings.position_ids", "text_model.embeddings.position_ids",
      // the authors' segmentor owns a second prompt_norm that its forward never calls
      "prompt_norm.weight", "prompt_norm.bias", "logit_scale", "text_encoder.logit_scale"};
  return names;
}

}  // namespace relprompt::model
