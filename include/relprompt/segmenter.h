// The main job: an image and class names in, a label for every pixel out.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "relprompt/analysis.h"
#include "relprompt/classes.h"
#include "relprompt/export.h"
#include "relprompt/image.h"
#include "relprompt/options.h"

namespace relprompt {

/// Dense heads, for ModelOptions::head: "none" (the last layer as CLIP computes it), "maskclip", ...
/// (docs/reference/formats.md).
RELPROMPT_API std::vector<std::string> dense_head_names();

/// Receives the calibrated scores of a few classes at a time, so that memory stays flat in the class count.
/// planes is [count, height, width] of the image's own size, valid only during the call; classes arrive in
/// order.
using ScoreSink = std::function<void(std::size_t first_class, std::size_t count, const float* planes)>;

/// Told between the steps of an image's windows how many of all are computed; false ends the work with
/// Error(kCancelled). Called on the thread that segments.
using WindowProgress = std::function<bool(int done, int all)>;

/// Labels of one image.
struct Segmentation {
  LabelMap labels;                    ///< the image's own size
  std::vector<std::uint64_t> pixels;  ///< [class] pixel count
  std::uint64_t unknown_pixels = 0;   ///< of no class
  int windows = 0;                    ///< computed, over all scales and mirrored ones
  int resized_height = 0;             ///< pixels, at the first scale
  int resized_width = 0;              ///< the same, across
  double resize_seconds = 0;          ///< resizing and normalising
  double network_seconds = 0;         ///< the image tower, prompts and projection
  double score_seconds = 0;           ///< from patch scores to labels
};

class Segmenter;
class ClassSet;
class KeptScores;

/// An opened model: weights packed for computing, immutable. Copies are cheap and share the weights; any
/// number of threads may use one, each with a Segmenter of its own.
class RELPROMPT_API Model {
 public:
  /// Opens a model folder of this project, any checkpoint that import_model reads, or a model of the Hugging
  /// Face hub by its name (hub.h).
  /// Throws Error: codes of exit status 4, kBadVocabulary, kNoDevice, kNoNetwork, kOutOfMemory, kBadArgument.
  explicit Model(const std::filesystem::path& path, const ModelOptions& options = {});

  /// E, numbers of an embedding.
  int joint_width() const;
  /// All words that the model's CLIP saw in training; empty if it does not state them, as no published CLIP
  /// does.
  const std::vector<std::string>& known_words() const;
  /// What the user should know about the model's files, one sentence each: values that were assumed.
  const std::vector<std::string>& notes() const;
  /// SHA-256 over the names and bytes of the model's tensors and the settings that they are computed with.
  std::string hash() const;
  /// "paper", "official", or "none" (training-free).
  std::string variant() const;
  /// Options with every zero replaced by the model's default, checked, `seen` against a number of classes.
  /// Throws Error(kBadArgument).
  SegmentOptions resolve(const SegmentOptions& options, std::size_t classes) const;
  /// The same with templates and the rule for names.
  TextOptions resolve(const TextOptions& options) const;
  /// The classes that an image is really divided into: with the background that the options or the model
  /// name, or with contrast words where a bare CLIP gets one class alone. Throws as with_background.
  ClassList complete(const ClassList& classes, const BackgroundOptions& options = {}) const;
  /// False for a bare CLIP, whose scores are a softmax over the class names.
  bool has_prompts() const;
  /// Name of a bare CLIP's dense head; empty for a model with prompts.
  std::string head() const;

 private:
  friend class BlockSegmenter;
  friend class ClassSet;
  friend class KeptScores;
  friend class Segmenter;
  struct Impl;
  std::shared_ptr<const Impl> impl_;
};

/// The embeddings of a class list for one model. Immutable; copies are cheap and share them.
class RELPROMPT_API ClassSet {
 public:
  /// Embeds the names. Embeddings come from the disk cache when all are there; only otherwise is the text
  /// tower loaded. Throws Error: kBadClassList, kBadTemplate, kTextTooLong, kBadVocabulary (no tokenizer).
  ClassSet(const Model& model, const ClassList& classes, const TextOptions& options = {});
  /// Ready-made embeddings: count rows of model.joint_width() numbers, made unit length here. Throws
  /// Error: kBadClassList for none or more than kMaxClasses, kBadArgument for a row of zeros alone or with
  /// numbers that are not finite.
  ClassSet(const Model& model, const float* rows, std::size_t count);

  /// How many classes.
  std::size_t size() const;
  /// True if the text tower had to run.
  bool text_tower_ran() const;
  /// Words of the class names that the model's CLIP never saw in training, so that its masks for them mean
  /// little. Empty for models that do not state their words, as no published CLIP does.
  const std::vector<std::string>& unknown_words() const;

 private:
  friend class BlockSegmenter;
  friend class Segmenter;
  struct Impl;
  std::shared_ptr<const Impl> impl_;
};

/// What the network found in an image, kept so that labels for other thresholds need no second pass: a number
/// for every patch of every window and every name, far less than scores at the image's size. Immutable;
/// copies share it, and any number of threads may use one. Segmenter::score makes it.
class RELPROMPT_API KeptScores {
 public:
  /// Exactly what Segmenter::segment finds with the options of the pass and these `seen`, `calibration`,
  /// `unknown_threshold`, `class_thresholds`, `background` and `min_area`; other options are as they were in
  /// the pass. Throws Error: kBadArgument (options), kOutOfMemory.
  Segmentation label(const SegmentOptions& options = {}, const ScoreSink& scores = {}) const;
  /// The scores of one class [height, width] of the image's own size, as the sink gets them. Throws
  /// Error(kBadArgument) for a label that is no class; and as label does.
  std::vector<float> plane(std::size_t label, const SegmentOptions& options = {}) const;
  /// How many classes.
  std::size_t class_count() const;
  /// Memory that this takes, nearly, in bytes.
  std::size_t bytes() const;

 private:
  friend class Segmenter;
  struct Impl;
  std::shared_ptr<const Impl> impl_;
};

/// Images that Segmenter::start began. Move-only. Needs the Segmenter that began them, and one thread at a
/// time for both.
class RELPROMPT_API PendingSegmentations {
 public:
  /// Of no images.
  PendingSegmentations();
  ~PendingSegmentations();
  PendingSegmentations(PendingSegmentations&&) noexcept;             ///< the other one has no images then
  PendingSegmentations& operator=(PendingSegmentations&&) noexcept;  ///< as the constructor

  /// How many images.
  std::size_t size() const;
  /// Waits for the labels, in the order of the images. There are none left afterwards, also when it throws.
  /// Throws Error as Segmenter::segment does; it then concerns one of the images, or all.
  std::vector<Segmentation> finish();

 private:
  friend class Segmenter;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// A session: a model, a class list and the memory to work in. Not copyable; use one object from one thread
/// at a time. Several of one Model share its weights. A moved-from object may be assigned to or destroyed;
/// anything else throws Error(kBadArgument).
class RELPROMPT_API Segmenter {
 public:
  /// A session of a model. It computes with the threads that the model's options say.
  explicit Segmenter(const Model& model);
  /// The same with its classes. Throws Error(kBadArgument) if they are of another model.
  Segmenter(const Model& model, const ClassSet& classes);
  /// The same of a model that is opened for it alone. Throws as Model does.
  explicit Segmenter(const std::filesystem::path& model, const ModelOptions& options = {});
  ~Segmenter();
  Segmenter(Segmenter&&) noexcept;             ///< see above for the other one
  Segmenter& operator=(Segmenter&&) noexcept;  ///< as the constructor

  /// Sets the classes, which must be of the same model. Throws Error(kBadArgument) if they are of another
  /// one.
  void set_classes(const ClassSet& classes);
  /// Sets the classes. Throws as ClassSet does.
  void set_classes(const ClassList& classes, const TextOptions& options = {});
  /// Sets the classes by ready-made embeddings, see ClassSet.
  void set_embeddings(const float* rows, std::size_t count);

  /// Labels every pixel. Any image of at least 1x1 works. Throws Error: kBadArgument (options, or no
  /// classes set), kImageTooLarge, kOutOfMemory, kTensorMismatch (features or scores that are no numbers),
  /// kCancelled.
  Segmentation segment(const Image& image, const SegmentOptions& options = {}, const ScoreSink& scores = {},
                       const WindowProgress& progress = {});

  /// Begins several images at once, none of them nullptr, which need not be kept. On a GPU their windows are
  /// computed together, and this returns while the device is at work, so that the next images can be read and
  /// the last ones written: start the next before finishing these. On the CPU, or where the options ask for
  /// more than labels of one view, the network's part of segment is done when this returns. The labels are
  /// those of segment, up to rounding where windows are computed in other batches. Throws Error as segment
  /// does.
  PendingSegmentations start(const std::vector<const Image*>& images, const SegmentOptions& options = {},
                             const WindowProgress& progress = {});

  /// The network's part of segment alone. Labels come from the result. Throws as segment does.
  KeptScores score(const Image& image, const SegmentOptions& options = {},
                   const WindowProgress& progress = {});

  /// Relationship attention of every layer that makes prompts. The tower sees the whole image at once, its
  /// shorter side resized to short_side pixels; 0: the window of the model's protocol. On the CPU. Throws
  /// Error: kBadModelConfig for a model without relationship prompts, and as segment does.
  AttentionMaps attention_maps(const Image& image, int short_side = 0);

  /// Mean attention distance of every head, for any model; the same view of the image. A training-free
  /// model's last layer is looked at as CLIP computes it. On the CPU. Throws Error as segment does.
  AttentionDistances attention_distances(const Image& image, int short_side = 0);

  /// The model of this session.
  const Model& model() const;
  /// How many classes; 0 while none are set.
  std::size_t class_count() const;
  /// E, numbers of an embedding.
  int joint_width() const;
  /// See ClassSet; false and empty while no classes are set.
  bool text_tower_ran() const;
  /// See ClassSet.
  const std::vector<std::string>& unknown_words() const;
  /// See Model.
  const std::vector<std::string>& known_words() const;
  /// See Model.
  std::string model_hash() const;
  /// See Model.
  std::string variant() const;
  /// See Model.
  SegmentOptions resolve(const SegmentOptions& options) const;

 private:
  struct Impl;
  Impl& impl() const;
  std::unique_ptr<Impl> impl_;
};

}  // namespace relprompt
