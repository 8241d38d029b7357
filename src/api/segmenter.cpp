// relprompt::Segmenter: the public face of the segmenter area, without a torch type in sight.
#include "relprompt/segmenter.h"

#include <cmath>

#include <fmt/format.h>
#include <torch/torch.h>

#include "relprompt/error.h"

#include "api/torch_errors.h"
#include "segmenter/attention_study.h"
#include "segmenter/device.h"
#include "segmenter/known_words.h"
#include "segmenter/model_files.h"
#include "segmenter/network.h"
#include "segmenter/photo_segmenter.h"
#include "segmenter/text_encoder.h"

namespace relprompt {
namespace {

segmenter::ModelFiles open(const std::filesystem::path& path, const ModelOptions& options) {
  auto model = segmenter::open_model(path);
  if (options.training_free) segmenter::drop_prompts(model);
  return model;
}

/// Throws Error(kBadArgument) for a row [joint] that has no direction: zeros alone, or no numbers.
void require_directions(const torch::Tensor& rows) {
  const auto lengths = rows.to(torch::kFloat64).norm(2, -1);
  for (std::int64_t i = 0; i < rows.size(0); ++i) {
    const auto length = lengths[i].item<double>();
    if (std::isfinite(length) && length > 1e-12) continue;
    throw Error(ErrorCode::kBadArgument,
                fmt::format("embedding {} has the length {}: nothing can be compared with it", i, length));
  }
}

torch::Device prepare_device(const ModelOptions& options) {
  segmenter::set_threads(options.threads);
  return segmenter::device_of(options.device);
}

}  // namespace

struct Segmenter::Impl {
  Impl(const std::filesystem::path& path, const ModelOptions& model_options)
      : options(model_options),
        device(prepare_device(options)),
        precision(segmenter::precision_of(options.precision)),
        model(open(path, options)),
        network(model, device, precision) {}

  ModelOptions options;
  torch::Device device;
  segmenter::Precision precision;
  segmenter::ModelFiles model;
  segmenter::Network network;
  segmenter::ClassEmbeddings classes;
  bool text_tower_ran = false;
  std::vector<std::string> unknown_words;

  void require_classes() const {
    if (classes.classes() > 0) return;
    throw Error(ErrorCode::kBadArgument, "no classes set", "call set_classes or set_embeddings first");
  }
};

namespace {

/// What a moved-from Segmenter does not have.
template <class Implementation>
Implementation& opened(const std::unique_ptr<Implementation>& implementation) {
  if (implementation) return *implementation;
  throw Error(ErrorCode::kBadArgument, "this Segmenter has no model: it was moved from",
              "use the object it was moved into, or assign another one to this");
}

}  // namespace

Segmenter::Segmenter(const std::filesystem::path& model, const ModelOptions& options)
    : impl_(api::guarded([&] { return std::make_unique<Impl>(model, options); })) {}

Segmenter::~Segmenter() = default;
Segmenter::Segmenter(Segmenter&&) noexcept = default;
Segmenter& Segmenter::operator=(Segmenter&&) noexcept = default;

void Segmenter::set_classes(const ClassList& classes, const TextOptions& options) {
  api::guarded([&] {
    Impl& self = opened(impl_);
    const torch::InferenceMode no_gradients;
    auto encoded = segmenter::encode_classes(self.model, self.options.vocab, classes, options);
    encoded.embeddings.rows = encoded.embeddings.rows.to(self.device);
    self.classes = std::move(encoded.embeddings);
    self.text_tower_ran = encoded.tower_ran;
    self.unknown_words = segmenter::unknown_words(known_words(), classes);
  });
}

void Segmenter::set_embeddings(const float* rows, std::size_t count) {
  api::guarded([&] {
    Impl& self = opened(impl_);
    if (rows == nullptr || count == 0 || count > kMaxClasses) {
      throw Error(ErrorCode::kBadClassList,
                  fmt::format("{} embeddings: expected 1 to {}", count, kMaxClasses));
    }
    const torch::InferenceMode no_gradients;
    segmenter::ClassEmbeddings classes;
    const auto copy =
        torch::from_blob(const_cast<float*>(rows), {static_cast<std::int64_t>(count), joint_width()}).clone();
    require_directions(copy);
    classes.rows =
        torch::nn::functional::normalize(copy, torch::nn::functional::NormalizeFuncOptions().dim(-1))
            .to(self.device);
    for (std::size_t i = 0; i <= count; ++i) classes.first.push_back(i);
    self.classes = std::move(classes);
    self.text_tower_ran = false;
    self.unknown_words.clear();
  });
}

Segmentation Segmenter::segment(const Image& photo, const SegmentOptions& options, const ScoreSink& scores) {
  return api::guarded([&] {
    Impl& self = opened(impl_);
    self.require_classes();
    const torch::InferenceMode no_gradients;
    return segmenter::segment_photo(self.network, self.model.config, self.classes, photo, resolve(options),
                                    scores);
  });
}

AttentionMaps Segmenter::attention_maps(const Image& photo, int short_side) {
  return api::guarded([&] {
    Impl& self = opened(impl_);
    self.require_classes();
    const torch::InferenceMode no_gradients;
    return segmenter::attention_maps(self.network, self.model.config, self.classes, photo, short_side);
  });
}

AttentionDistances Segmenter::attention_distances(const Image& photo, int short_side) {
  return api::guarded([&] {
    Impl& self = opened(impl_);
    self.require_classes();
    const torch::InferenceMode no_gradients;
    return segmenter::attention_distances(self.network, self.model, self.classes, photo, short_side);
  });
}

std::size_t Segmenter::class_count() const {
  return opened(impl_).classes.classes();
}

int Segmenter::joint_width() const {
  return static_cast<int>(opened(impl_).model.config.clip.joint);
}

bool Segmenter::text_tower_ran() const {
  return opened(impl_).text_tower_ran;
}

const std::vector<std::string>& Segmenter::unknown_words() const {
  return opened(impl_).unknown_words;
}

const std::vector<std::string>& Segmenter::known_words() const {
  return opened(impl_).model.config.words;
}

std::string Segmenter::model_hash() const {
  return segmenter::content_hash(opened(impl_).model);
}

std::string Segmenter::variant() const {
  return segmenter::variant_name(opened(impl_).model.config);
}

SegmentOptions Segmenter::resolve(const SegmentOptions& options) const {
  return segmenter::resolve(options, opened(impl_).model.config, class_count());
}

}  // namespace relprompt
