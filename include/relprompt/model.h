// Models on disk: importing foreign checkpoints, making random ones, saying what is inside.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "relprompt/export.h"
#include "relprompt/options.h"

namespace relprompt {

/// Reads any supported checkpoint (OpenAI .pt, Hugging Face folder, open_clip state dict, the authors' mmseg
/// .pth, bare .safetensors in any of these key styles, a model folder of this project) and writes a model
/// folder. The folder appears whole or not at all, after it was opened as any model is. A model that is there
/// already is replaced only with `replace`, and only if the folder holds nothing but files of a model that
/// relprompt wrote and nobody changed; else it stays, and so it does when anything fails.
/// Throws Error: kModelNotFound, any code of exit status 4, kBadVocabulary, kNotWritable, kDiskFull.
/// @return what was noticed on the way and is worth telling the user, one sentence each
RELPROMPT_API std::vector<std::string> import_model(const std::filesystem::path& source,
                                                    const std::filesystem::path& target,
                                                    const ImportOptions& options = {});

/// Writes a model folder with random weights, for benchmarks and tests: its masks mean nothing. The folder
/// appears as import_model's does.
/// Throws Error: kBadArgument, kNotWritable, kDiskFull.
RELPROMPT_API void create_random_model(const std::filesystem::path& target,
                                       const RandomModelOptions& options);

/// One file of a model.
struct ModelFile {
  std::string name;         ///< without its folder
  std::uint64_t bytes = 0;  ///< size
  std::string sha256;       ///< 64 hexadecimal digits
};

/// What `relprompt info` prints.
struct ModelInfo {
  std::string architecture;            ///< preset name, or "custom"
  std::string method;                  ///< rpn or a baseline; empty for a bare CLIP, used training-free
  std::string method_size;             ///< such as "rank 8"; empty if the method has no choice
  std::vector<std::string> ablations;  ///< settings that are not the method's default: "apg linear"
  std::string variant;                 ///< paper, official, or "none" without relationship prompts
  std::string source;                  ///< format the model came from
  int image_size = 0;                  ///< pixels, the side that the position grid stands for
  int patch = 0;                       ///< pixels a side
  int grid = 0;                        ///< patches a side of the stored position grid
  int width = 0;                       ///< D of the image tower
  int layers = 0;                      ///< of the image tower
  int heads = 0;                       ///< of the image tower
  int text_width = 0;                  ///< of the text tower; 0 without one
  int text_layers = 0;                 ///< of the text tower
  int text_heads = 0;                  ///< of the text tower
  int joint_width = 0;                 ///< E, the joint image-text space
  int context_length = 0;              ///< tokens
  std::string activation;              ///< quick_gelu or gelu
  int visual_prompt_tokens = 0;        ///< official variant
  std::string head;                    ///< dense head of a bare CLIP; empty with prompts
  std::string lpm;                     ///< a, b or c; empty for a bare CLIP
  std::string scores;                  ///< sigmoid or softmax; empty for a bare CLIP
  std::vector<float> mean;             ///< of the normalisation, RGB, 0-255 scale
  std::vector<float> std;              ///< of the normalisation, RGB, 0-255 scale
  int short_side = 0;                  ///< default test protocol: pixels of the shorter side
  int window = 0;                      ///< pixels a side; 0: the whole image
  int stride = 0;                      ///< pixels between windows
  std::uint64_t parameters = 0;        ///< all numbers of towers and prompts
  std::uint64_t trainable = 0;         ///< numbers of the prompts
  double gflop_per_window = 0;         ///< for `gflop_classes` classes, text cached
  int gflop_classes = 0;               ///< names that gflop_per_window is of
  int int8_images = 0;                 ///< that `relprompt quantize` looked at; 0: not refined
  std::vector<int> int8_bf16_layers;   ///< that stay in bfloat16 under int8, counted from 1
  bool has_tokenizer = false;          ///< class names can be read
  std::vector<std::string> notes;      ///< what was assumed and the like, one sentence each
  std::vector<ModelFile> files;        ///< that it consists of
};

/// Reads headers and shapes of a model folder or checkpoint. Throws as import_model does.
RELPROMPT_API ModelInfo inspect_model(const std::filesystem::path& model, const TowerOptions& towers = {});

}  // namespace relprompt
