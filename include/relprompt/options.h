// All options of the library, each with the function that takes it. A default-made one is always legal and
// means what the program does without flags.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace relprompt {

/// Largest image that is decoded unless options say otherwise, in pixels; protects against decompression
/// bombs.
constexpr std::uint64_t kMaxDecodedPixels = 100'000'000;

/// Sample values that become 0 and 255; what lies between is scaled, what lies outside is clipped.
struct SampleRange {
  double min = 0;    ///< becomes 0
  double max = 255;  ///< becomes 255; larger than min
};

/// How a file becomes an RGB image.
struct DecodeOptions {
  /// Bands of the file, counted from 1: three that become red, green and blue, or one that becomes grey.
  /// Empty: the colours that the file declares, else its first three bands, or its first if it has fewer.
  std::vector<int> bands = {};
  /// Absent: what the file states (TIFF's SMinSampleValue and SMaxSampleValue), else the range of its type.
  std::optional<SampleRange> range = std::nullopt;
  std::uint64_t max_decoded_pixels = kMaxDecodedPixels;  ///< height * width, checked before decoding
};

/// Facts of a CLIP that its tensors cannot show. What is given here holds; where nothing is given, what the
/// files state; else it is assumed and said so: the heads of published towers of the same width, otherwise
/// one for 64 numbers, and QuickGELU.
struct TowerOptions {
  int heads = 0;           ///< of the image tower; a divisor of its width; 0: not given
  int text_heads = 0;      ///< of the text tower; 0: not given
  std::string activation;  ///< "quick_gelu" or "gelu", in both towers; empty: not given
};

/// How to open a model.
struct ModelOptions {
  std::string device = "cpu";  ///< "cpu", "cuda" or "cuda:N"
  /// Numbers that the image tower's matrix products are computed in, sums and the rest in fp32: "fp32";
  /// "bf16", both factors rounded to bfloat16, half the memory for weights; "int8" (CPU only), both factors
  /// in 8 bits in the layers' products, two to three times the speed where the processor has VNNI and a
  /// quarter of the memory.
  std::string precision = "fp32";
  int threads = 0;              ///< CPU threads; 0: all cores
  std::filesystem::path vocab;  ///< tokenizer file or folder; empty: the model's own
  bool training_free = false;   ///< leave the model's prompts out: its CLIP alone, same normalisation
  /// Dense head of a bare CLIP, what computes its last layer: see dense_head_names. Empty: the model's own,
  /// which is "scclip" if nobody chose another.
  std::string head;
  TowerOptions towers;  ///< what a checkpoint does not state about its CLIP
  /// Keep packed weights under XDG_CACHE_HOME/relprompt, at most 4 GiB of them, and map them when the model
  /// is opened again: a fraction of the time to open it, and processes share the memory. The environment
  /// variable RELPROMPT_PACK_CACHE=off turns it off as well. CPU only.
  bool pack_cache = true;
};

/// What several names of a class come to.
enum class NameRule {
  kByModel,  ///< kMax for a bare CLIP with a head other than maskclip and none, kAverage for all others
  kAverage,  ///< the mean of their embeddings
  kMax,      ///< the best score of them
};

/// How class names become text embeddings.
struct TextOptions {
  /// Sentences with exactly one "{}" each; a class is the mean over them. Empty: the model's own, mostly
  /// "a photo of a {}". named_templates has more.
  std::vector<std::string> templates;
  bool truncate = false;                ///< cut texts beyond the context length instead of failing
  NameRule names = NameRule::kByModel;  ///< what several names of a class mean
  bool use_cache = true;                ///< keep embeddings under XDG_CACHE_HOME/relprompt
};

/// What stands for everything that the classes do not name (Model::complete).
struct BackgroundOptions {
  /// "NAME;phrase;phrase": the class called NAME is the background, and these phrases, of which the best
  /// counts, are what the text tower reads; without phrases it reads the name. A class of that name may be
  /// in the list already. Empty: the model's own, mostly none.
  std::string background;
  /// A list of one class is all that a softmax over it can answer. So a bare CLIP gets a background of
  /// built-in words for stuff (sky, wall, grass, ...) beside it. False: it does not.
  bool contrast = true;
};

/// What is averaged where windows of a bare CLIP overlap.
enum class WindowMean {
  kByModel,        ///< kLogits with a head other than maskclip and none
  kProbabilities,  ///< a softmax over the names at every patch
  kLogits,         ///< the cosines, and the softmax is taken at the image's pixels
};

/// What is done with the scores at the image's size before labels are made of them.
enum class Refinement {
  kByModel,  ///< what the model's config.json says, mostly kNone
  kNone,
  /// Every pixel's scores become weighted means of those of its neighbours, which count by how alike their
  /// colours are (PAMR, 10 steps, neighbours at 8 and 16 pixels), so that labels end at edges of the image.
  /// What is refined are cosines of a bare CLIP, and mask logits of a model with prompts: both averaged over
  /// the windows. Costs time for every name at every pixel, and 64 bytes a pixel.
  kPamr,
};

/// Pixels whose best class is this one need another score than SegmentOptions::unknown_threshold.
struct ClassThreshold {
  std::size_t label = 0;  ///< class
  float threshold = 0;    ///< score that its pixels need
};

/// SegmentOptions::window for one window of any shape: the whole resized image.
constexpr int kWholeImage = -1;

/// How an image is cut, scored and labelled. Zero and absent mean the model's own default. Sides: 512, 512,
/// 426 for real CLIPs with prompts or with the head maskclip; for one with another head half more than the
/// size that its tower was made for, that size, and half of it (336, 224, 112).
struct SegmentOptions {
  int short_side = 0;    ///< pixels; the image's shorter side becomes this
  int window = 0;        ///< pixels; side of the square windows; kWholeImage: no windows
  int stride = 0;        ///< pixels between windows, at most window
  int window_batch = 0;  ///< windows computed together; 0: two, or one on one thread
  /// Of a bare CLIP: factor of the cosines before the softmax, above 0; 0: 40, or with the head maskclip or
  /// none the CLIP's own temperature.
  float logit_scale = 0;
  WindowMean mean = WindowMean::kByModel;  ///< of a bare CLIP
  std::vector<std::size_t>
      seen;                  ///< labels whose probability is lowered by `calibration` (zero-shot protocol)
  float calibration = 0.1f;  ///< probability, used for `seen` only
  /// Pixels whose best score is below this go to the background, and where there is none to
  /// LabelMap::kUnknown. Absent: the model's own, mostly none.
  std::optional<float> unknown_threshold;
  std::vector<ClassThreshold> class_thresholds;  ///< go before unknown_threshold; a class at most once
  /// Label of the class that stands for everything else; absent: that of the class set, if it has one.
  std::optional<std::size_t> background;
  /// Classes whose best pixels are no more than this share of the foreground (all pixels that are not
  /// background, before any threshold) are left out, and their pixels go to the next best class that stays.
  /// 0 to below 1; absent: the model's own, mostly 0. Without a background the largest class always stays.
  std::optional<float> min_area;
  Refinement refine = Refinement::kByModel;  ///< of scores by the colours of the image
  /// Test-time augmentation: the image is computed with its shorter side at each of these times short_side
  /// (rounded down), and a class's probability is the mean over all of them. 1 to kMaxScales numbers from 0.1
  /// to 8, each once; empty: {1}. Not together with refinement.
  std::vector<double> scales;
  bool flip = false;  ///< and mirrored as well, at each scale, with the scores mirrored back
  std::uint64_t max_pixels = 100'000'000;  ///< cap on the image after resizing, at each scale
};

/// Most numbers of SegmentOptions::scales.
constexpr std::size_t kMaxScales = 16;

/// How an overlay is drawn (draw_overlay, write_overlay).
struct OverlayOptions {
  float alpha = 0.5f;        ///< weight of the class colours over the image, 0 to 1
  bool contours = true;      ///< thin light lines where labels meet
  bool legend = true;        ///< names and shares of the classes found
  bool region_names = true;  ///< names of classes in their regions, where those are large enough
  /// Images whose shorter side is below this many pixels are enlarged by a whole factor, so that the legend's
  /// letters do not dwarf them; 1 never enlarges.
  int min_side = 320;
};

/// How results become files of the formats (relprompt/output.h). Polygons follow the edges of pixels exactly
/// unless this says otherwise.
struct OutputOptions {
  OverlayOptions overlay;  ///< of "overlay"
  /// Corners of polygons that lie within so many pixels of the line between those that are kept are left out
  /// (Douglas-Peucker); 0 keeps the exact outline.
  double simplify = 0;
  /// Polygons of fewer pixels are left out, and holes of fewer pixels filled; 0 and 1 keep all.
  std::uint64_t min_polygon = 0;
};

/// What benchmark_model measures. The image is noise and the classes are random unit embeddings: the
/// network's speed does not depend on either, that of the labels (src/kernels/label_tiles.h) a little.
struct BenchmarkOptions {
  int classes = 20;        ///< 1 to kMaxClasses
  int window = 0;          ///< pixels, at least one patch, at most 4096; 0: the model's own
  int batch = 1;           ///< windows computed together, 1 to 256
  int repeat = 7;          ///< timed runs, 1 to 10000; one more, before them, is not timed
  std::uint64_t seed = 0;  ///< of image and embeddings
};

/// How a model is refined for int8 (quantize_model).
struct QuantizeOptions {
  std::filesystem::path vocab;  ///< tokenizer file or folder; empty: the model's own
  TextOptions text;             ///< of the class names
  DecodeOptions decode;         ///< of the images
  int threads = 0;              ///< CPU threads; 0: all cores
  /// Layers go back to bfloat16, the most sensitive ones first, until at least this share of the calibration
  /// images' pixels is labelled as in fp32, 0 to 1. They cost speed; 0: no layer does.
  double agreement = 0;
  TowerOptions towers;   ///< what a checkpoint does not state about its CLIP
  bool replace = false;  ///< a model that is there already, see import_model
};

/// Options of import_model.
struct ImportOptions {
  /// Tokenizer file or folder: merges.txt, tokenizer.json, bpe_simple_vocab_16e6.txt.gz, or a folder with one
  /// of them. Empty: looked for beside the source; a model without one is legal.
  std::filesystem::path vocab;
  TowerOptions towers;  ///< what the source does not state, or states wrongly
  /// Stores numbers of 32 bits and more in 16 (IEEE half): half the size, and a rounding of 2^-11 that label
  /// maps hardly show. Computation stays in fp32.
  bool half = false;
  bool replace = false;  ///< see import_model
};

/// Options of create_random_model.
struct RandomModelOptions {
  /// ViT-B-32, ViT-B-16, ViT-L-14, ViT-L-14-336, ViT-H-14, ViT-g-14, ViT-bigG-14
  std::string architecture = "ViT-B-16";
  std::string variant = "paper";  ///< paper or official: the publication, or the authors' released code
  /// rpn, or a baseline: lpm_only, full, bitfit, adapter, vpt, lst, ssf, lora, rpn_vpt
  /// (docs/reference/baselines.md)
  std::string method = "rpn";
  /// "KEY=VALUE" for other keys of `prompts` in config.json, values in JSON or a bare word: "m2oe.rank=6".
  std::vector<std::string> settings;
  std::uint64_t seed = 0;         ///< the same seed gives the same bytes everywhere
  int visual_prompt_tokens = 10;  ///< official variant and methods with VPT, per layer
  int image_size = 512;           ///< pixels; the position grid is image_size / patch a side, rounded down
  bool replace = false;           ///< see import_model
};

}  // namespace relprompt
