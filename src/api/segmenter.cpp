// relprompt::Segmenter: the public face of the segmenter area, without a torch type in sight.
#include "relprompt/segmenter.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include "relprompt/error.h"

#include "api/torch_errors.h"
#include "segmenter/device.h"
#include "segmenter/model_files.h"
#include "segmenter/network.h"
#include "segmenter/photo_segmenter.h"
#include "segmenter/text_encoder.h"

namespace relprompt {
namespace {

bool bfloat16_of(const std::string& precision) {
  if (precision == "fp32") return false;
  if (precision == "bf16") return true;
  throw Error(ErrorCode::kBadArgument, fmt::format("precision '{}': expected fp32 or bf16", precision));
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
        bfloat16(bfloat16_of(options.precision)),
        model(segmenter::open_model(path)),
        network(model, device, bfloat16) {}

  ModelOptions options;
  torch::Device device;
  bool bfloat16;
  segmenter::ModelFiles model;
  segmenter::Network network;
  segmenter::ClassEmbeddings classes;
  bool text_tower_ran = false;
};

Segmenter::Segmenter(const std::filesystem::path& model, const ModelOptions& options)
    : impl_(api::guarded([&] { return std::make_unique<Impl>(model, options); })) {}

Segmenter::~Segmenter() = default;
Segmenter::Segmenter(Segmenter&&) noexcept = default;
Segmenter& Segmenter::operator=(Segmenter&&) noexcept = default;

void Segmenter::set_classes(const ClassList& classes, const TextOptions& options) {
  api::guarded([&] {
    const torch::InferenceMode no_gradients;
    auto encoded = segmenter::encode_classes(impl_->model, impl_->options.vocab, classes, options);
    encoded.embeddings.rows = encoded.embeddings.rows.to(impl_->device);
    impl_->classes = std::move(encoded.embeddings);
    impl_->text_tower_ran = encoded.tower_ran;
  });
}

void Segmenter::set_embeddings(const float* rows, std::size_t count) {
  api::guarded([&] {
    if (rows == nullptr || count == 0 || count > kMaxClasses) {
      throw Error(ErrorCode::kBadClassList,
                  fmt::format("{} embeddings: expected 1 to {}", count, kMaxClasses));
    }
    const torch::InferenceMode no_gradients;
    segmenter::ClassEmbeddings classes;
    const auto copy =
        torch::from_blob(const_cast<float*>(rows), {static_cast<std::int64_t>(count), joint_width()}).clone();
    classes.rows =
        torch::nn::functional::normalize(copy, torch::nn::functional::NormalizeFuncOptions().dim(-1))
            .to(impl_->device);
    for (std::size_t i = 0; i <= count; ++i) classes.first.push_back(i);
    impl_->classes = std::move(classes);
    impl_->text_tower_ran = false;
  });
}

Segmentation Segmenter::segment(const Image& photo, const SegmentOptions& options, const ScoreSink& scores) {
  return api::guarded([&] {
    if (class_count() == 0) {
      throw Error(ErrorCode::kBadArgument, "no classes set", "call set_classes or set_embeddings first");
    }
    const torch::InferenceMode no_gradients;
    return segmenter::segment_photo(impl_->network, impl_->model.config, impl_->classes, photo,
                                    resolve(options), scores);
  });
}

std::size_t Segmenter::class_count() const {
  return impl_->classes.classes();
}

int Segmenter::joint_width() const {
  return static_cast<int>(impl_->model.config.clip.joint);
}

bool Segmenter::text_tower_ran() const {
  return impl_->text_tower_ran;
}

std::string Segmenter::model_hash() const {
  return segmenter::content_hash(impl_->model);
}

std::string Segmenter::variant() const {
  return segmenter::variant_name(impl_->model.config);
}

SegmentOptions Segmenter::resolve(const SegmentOptions& options) const {
  return segmenter::resolve(options, impl_->model.config, class_count());
}

}  // namespace relprompt
