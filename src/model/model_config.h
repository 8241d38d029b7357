// config.json of a model folder: everything about a model that is not a tensor.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/json_fields.h"
#include "model/clip_config.h"
#include "model/label_protocol.h"
#include "model/method.h"
#include "model/prompt_options.h"
#include "model/resclip_options.h"

namespace relprompt::model {

/// The trainable part of a model. rpm is used by the methods that have relationship prompts (has_rpm).
struct PromptConfig {
  PeftOptions peft;  ///< key `method` and the sizes of the methods
  RpmOptions rpm;
  LpmOptions lpm;
};

/// How mask logits become scores: as in the loss that the prompts were trained with.
enum class ScoreKind { kSigmoid, kSoftmax };
inline constexpr Word<ScoreKind> kScoreWords[] = {{ScoreKind::kSigmoid, "sigmoid"},
                                                  {ScoreKind::kSoftmax, "softmax"}};

/// How images become network input: (rgb - mean) / std on the 0-255 scale.
struct Normalisation {
  std::array<float, 3> mean{};
  std::array<float, 3> std{};

  static Normalisation image_net();  ///< the authors' protocol
  static Normalisation clip();       ///< CLIP's own
};

/// Throws Error(kBadModelConfig), naming the file, for a deviation of 0 and for numbers beyond any scale.
void check_normalisation(const Normalisation& image, const std::string& path);

/// How an image is cut for the network, pixels; the defaults are the paper's protocol.
struct TestProtocol {
  int short_side = 512;
  int window = 512;
  int stride = 426;

  /// The paper's 512, or the tower's own size for towers made for smaller images than 224 pixels: those
  /// have never seen a patch of a 512 pixel image.
  static TestProtocol for_tower(const VisionConfig& vision);
};

/// Present in models that `relprompt quantize` has refined for int8; their means are a file of their own.
struct Int8Config {
  std::int64_t images = 0;                ///< that the means are of
  std::vector<std::int64_t> bf16_layers;  ///< of the image tower, counted from 1: in bfloat16 under int8
};

struct ModelConfig {
  std::string source;  ///< what the model was imported from or made by, for people
  ClipConfig clip;
  Normalisation image = Normalisation::clip();
  std::optional<PromptConfig> prompts;     ///< nullopt: a bare CLIP, used training-free
  ScoreKind scores = ScoreKind::kSigmoid;  ///< of models with prompts
  /// What computes the last layer of a bare CLIP: a name of the table in src/engine/dense_head.cpp, which is
  /// where it is checked.
  std::string head = "scclip";
  ResClipOptions resclip;  ///< of the heads resclip and resclip-sfr
  TestProtocol test;
  Refinement refine = Refinement::kNone;  ///< where nobody says otherwise
  std::optional<LabelProtocol> dense;  ///< of a bare CLIP with a head that does not keep `test`; key `dense`
  std::optional<Int8Config> int8;
  /// SHA-256 of clip.safetensors; needed when that file is elsewhere.
  std::string clip_sha256;
  /// Where the CLIP's folder or file is, relative to the model folder; empty: clip.safetensors in the folder.
  std::string clip_path;
  /// Every word of the captions that the CLIP was trained on, where they are few enough to list; empty: not
  /// stated, as for every published CLIP. Says which class names mean nothing to the model.
  std::vector<std::string> words;
};

/// "paper", "official", or "none" for models without relationship prompts.
std::string variant_name(const ModelConfig& config);

/// The largest number of layers that a config may state; no published CLIP comes near it.
constexpr std::int64_t kMaxLayers = 256;

/// The keys of `prompts` in config.json, also the section `model` of a training config, for a tower of so
/// many layers. Throws an Error of the fields' code for values out of range and for unknown keys.
PromptConfig read_prompts(JsonFields fields, std::int64_t layers = kMaxLayers);
/// The same keys again, every value spelled out.
nlohmann::ordered_json prompts_json(const PromptConfig& prompts);

/// The keys of `resclip` in config.json and in configs. Throws an Error of the fields' code.
ResClipOptions read_resclip(JsonFields fields);
nlohmann::ordered_json to_json(const ResClipOptions& resclip);

/// The text of config.json.
std::string to_json(const ModelConfig& config);

/// Parses config.json. Every number is checked against a range, so that a hostile file cannot ask for absurd
/// sizes. Throws Error(kBadModelConfig) that names the file and the key.
ModelConfig parse_config(const std::string& text, const std::string& path);

/// True if this folder has a config.json of ours (rather than Hugging Face's).
bool is_model_folder(const std::filesystem::path& folder);

}  // namespace relprompt::model
