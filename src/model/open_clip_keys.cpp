#include "model/open_clip_keys.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "base/json_excerpt.h"

namespace relprompt::model {
namespace {

using Json = nlohmann::json;

struct PlainKey {
  std::string_view key;
  const char* plain;  ///< the text that is as good as an absent key; nullptr: none is
  const char* what;   ///< what other values ask for
};

struct KnownKeys {
  std::vector<std::string_view>
      silent;  ///< read elsewhere, of training or the tokenizer, or idle without others
  std::vector<PlainKey> plain;
};

const KnownKeys& known_keys(OpenClipPart part) {
  static const KnownKeys model = {
      {"embed_dim", "quick_gelu", "vision_cfg", "text_cfg", "init_logit_scale", "output_dict", "cast_dtype"},
      {{"custom_text", nullptr, "a text tower under other names"},
       {"multimodal_cfg", nullptr, "a third tower"},
       {"init_logit_bias", nullptr, "the scores of another loss"}}};
  static const KnownKeys image = {
      {"layers", "width", "head_width", "mlp_ratio", "patch_size", "image_size", "norm_kwargs",
       "patch_dropout", "attn_pooler_queries", "attn_pooler_heads", "pos_embed_type", "output_tokens",
       "timm_model_name", "timm_model_pretrained", "timm_pool", "timm_proj", "timm_proj_bias", "timm_drop",
       "timm_drop_path"},
      {{"timm_model_kwargs", nullptr, "a changed tower of the timm library"},
       {"ls_init_value", nullptr, "layers with a scale of their own"},
       {"attentional_pool", nullptr, "attention that pools the patches"},
       {"pool_type", "tok", "another pooling than the class token"},
       {"global_average_pool", nullptr, "another pooling than the class token"},
       {"final_ln_after_pool", nullptr, "a norm after the pooling"},
       {"no_ln_pre", nullptr, "no norm before the layers"},
       {"input_patchnorm", nullptr, "a norm of the patches"},
       {"act_kwargs", nullptr, "another activation"}}};
  static const KnownKeys text = {
      {"context_length", "vocab_size", "width", "heads", "layers", "mlp_ratio", "norm_kwargs",
       "hf_tokenizer_name", "tokenizer_kwargs", "tokenizer_mode", "pad_id", "eos_id", "output_tokens",
       "hf_model_pretrained", "hf_proj_type", "hf_pooler_type", "proj"},
      {{"hf_model_name", nullptr, "a tower of the transformers library"},
       {"ls_init_value", nullptr, "layers with a scale of their own"},
       {"pool_type", "argmax", "another pooling than the end of the text"},
       {"embed_cls", nullptr, "a class token"},
       {"no_causal_mask", nullptr, "attention to what follows"},
       {"proj_bias", nullptr, "a projection with a bias"},
       {"proj_type", "linear", "another projection"},
       {"act_kwargs", nullptr, "another activation"}}};
  return part == OpenClipPart::kModel ? model : part == OpenClipPart::kImageTower ? image : text;
}

/// Values by which nothing is asked for.
bool is_off(const Json& value) {
  return value.is_null() || value == false || (value.is_structured() && value.empty());
}

}  // namespace

void check_open_clip_keys(OpenClipPart part, const Json& object, const std::string& where,
                          std::vector<std::string>& notes) {
  const auto& known = known_keys(part);
  for (const auto& [key, value] : object.items()) {
    if (is_off(value)) continue;
    if (std::count(known.silent.begin(), known.silent.end(), key) > 0) continue;
    const auto plain = std::find_if(known.plain.begin(), known.plain.end(),
                                    [&name = key](const PlainKey& other) { return other.key == name; });
    if (plain == known.plain.end()) {
      constexpr std::size_t kLongest = 60;
      notes.push_back(
          fmt::format("{} '{}' is not known here: if it changes what the model computes, the masks are "
                      "wrong",
                      where, start_of(key, kLongest)));
    } else if (plain->plain == nullptr || value != plain->plain) {
      throw Error(ErrorCode::kBadModelConfig, fmt::format("{} '{}' asks for {}", where, key, plain->what),
                  "read are CLIP's own two transformers, such as ViT-B-32, ViT-L-14 or ViT-H-14");
    }
  }
}

}  // namespace relprompt::model
