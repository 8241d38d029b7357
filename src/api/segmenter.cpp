// relprompt::Segmenter: the public face of the segmenter area, without a torch type in sight.
#include "relprompt/segmenter.h"

#include <algorithm>
#include <thread>

#include <fmt/format.h>
#include <torch/torch.h>

#include "relprompt/error.h"

#include "api/torch_errors.h"
#include "base/hash.h"
#include "segmenter/cache_folder.h"
#include "segmenter/model_files.h"
#include "segmenter/network.h"
#include "segmenter/photo_segmenter.h"
#include "segmenter/text_encoder.h"

namespace relprompt {
namespace {

torch::Device device_of(const std::string& name) {
  if (name == "cpu") return torch::kCPU;
  const bool numbered = name.rfind("cuda:", 0) == 0 && name.size() > 5 && name.size() < 9 &&
                        name.find_first_not_of("0123456789", 5) == std::string::npos;
  if (name != "cuda" && !numbered) {
    throw Error(ErrorCode::kBadArgument, fmt::format("device '{}': expected cpu, cuda or cuda:N", name));
  }
  const int index = numbered ? std::stoi(name.substr(5)) : 0;
  const int count = torch::cuda::is_available() ? static_cast<int>(torch::cuda::device_count()) : 0;
  if (index >= count) {
    throw Error(ErrorCode::kNoDevice,
                fmt::format("no device {}: this LibTorch finds {} CUDA devices", name, count),
                "use --device cpu, or build against a LibTorch with CUDA on a machine that has one");
  }
  return {torch::kCUDA, static_cast<torch::DeviceIndex>(index)};
}

bool bfloat16_of(const std::string& precision) {
  if (precision == "fp32") return false;
  if (precision == "bf16") return true;
  throw Error(ErrorCode::kBadArgument, fmt::format("precision '{}': expected fp32 or bf16", precision));
}

void set_threads(int threads) {
  if (threads < 0 || threads > 4096) {
    throw Error(ErrorCode::kBadArgument, fmt::format("{} threads: expected 0 (all cores) to 4096", threads));
  }
  const int cores = static_cast<int>(std::thread::hardware_concurrency());
  torch::set_num_threads(threads > 0 ? threads : std::max(1, cores));
}

torch::Device prepare_device(const ModelOptions& options) {
  set_threads(options.threads);
  return device_of(options.device);
}

std::string content_hash(const segmenter::ModelFiles& model) {
  return segmenter::remembered_hash(model.files, "model", [&] {
    auto rows = model.image_rows();
    const auto text = model.text_rows();
    rows.insert(rows.end(), text.begin(), text.end());
    auto digests = model.clip->hash(rows);
    if (model.prompts) digests += model.prompts->hash(model.prompt_rows());
    Sha256 both;
    both.update(digests);
    return both.hex();
  });
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
  return content_hash(impl_->model);
}

std::string Segmenter::variant() const {
  return segmenter::variant_name(impl_->model.config);
}

SegmentOptions Segmenter::resolve(const SegmentOptions& options) const {
  return segmenter::resolve(options, impl_->model.config, class_count());
}

}  // namespace relprompt
