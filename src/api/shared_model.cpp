// relprompt::Model and ClassSet.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "api/errors.h"
#include "api/model_impl.h"
#include "api/torch_backend.h"
#include "engine/dense_head.h"
#include "kernels/threads.h"
#include "model/vocabulary_check.h"
#include "segmenter/sliding_window.h"
#include "segmenter/text_encoder.h"

namespace relprompt {
namespace {

model::ModelFiles open(const std::filesystem::path& path, const ModelOptions& options) {
  auto model = model::open_model(path, options.towers);
  if (options.training_free) model::drop_prompts(model);
  engine::choose_dense_head(options.head, model);
  return model;
}

/// Rows of unit length, as the class names' would be. Throws Error(kBadArgument) for a row that has no
/// direction: zeros alone, or no numbers.
std::vector<float> unit_rows(const float* rows, std::size_t count, std::size_t width) {
  std::vector<float> unit(rows, rows + count * width);
  for (std::size_t r = 0; r < count; ++r) {
    float* row = unit.data() + r * width;
    const double length = segmenter::length_of(row, static_cast<std::int64_t>(width));
    if (!std::isfinite(length) || length <= 1e-12) {
      throw Error(ErrorCode::kBadArgument,
                  fmt::format("embedding {} has the length {}: nothing can be compared with it", r, length));
    }
    for (std::size_t i = 0; i < width; ++i) row[i] = static_cast<float>(static_cast<double>(row[i]) / length);
  }
  return unit;
}

/// Contrast words that the model never saw in training would mean nothing to it.
ClassList contrast_of(const Model& model, const ClassList& classes) {
  auto list = with_contrast(classes);
  auto& words = list.names[*list.background];
  ClassList asked;
  asked.names = {words};
  const auto unknown = model::unknown_words(model.known_words(), asked);
  const auto means_nothing = [&](const std::string& word) {
    return std::find(unknown.begin(), unknown.end(), word) != unknown.end();
  };
  words.erase(std::remove_if(words.begin(), words.end(), means_nothing), words.end());
  return words.empty() ? classes : list;
}

}  // namespace

Model::Impl::Impl(const std::filesystem::path& path, const ModelOptions& given)
    : options(given),
      threads(kernels::thread_count(options.threads)),
      precision(kernels::precision_of(options.precision)),
      files(open(path, options)) {
  if (options.device != "cpu") return;
  const kernels::ThreadScope scope(threads);
  network = make_network(precision);
}

std::unique_ptr<const engine::Network> Model::Impl::make_network(kernels::Precision numbers) const {
  model::PackCacheRules packs;
  packs.use = options.pack_cache;
  return std::make_unique<engine::Network>(files, numbers, packs);
}

std::unique_ptr<segmenter::PatchScorer> Model::Impl::make_scorer() const {
  if (network) return std::make_unique<segmenter::EngineScorer>(*network);
  const auto& backend = api::torch_backend("--device " + options.device);
  return backend.make_scorer(files, options.device, precision);
}

std::vector<std::string> dense_head_names() {
  return engine::dense_head_names();
}

Model::Model(const std::filesystem::path& path, const ModelOptions& options)
    : impl_(api::guarded([&] { return std::make_shared<const Impl>(path, options); })) {}

int Model::joint_width() const {
  return static_cast<int>(impl_->files.config.clip.joint);
}

const std::vector<std::string>& Model::known_words() const {
  return impl_->files.config.words;
}

const std::vector<std::string>& Model::notes() const {
  return impl_->files.notes;
}

std::string Model::hash() const {
  return model::content_hash(impl_->files);
}

std::string Model::variant() const {
  return model::variant_name(impl_->files.config);
}

SegmentOptions Model::resolve(const SegmentOptions& options, std::size_t classes) const {
  return api::guarded([&] { return segmenter::resolve(options, impl_->files, classes); });
}

TextOptions Model::resolve(const TextOptions& options) const {
  return segmenter::resolve(options, impl_->files.config);
}

ClassList Model::complete(const ClassList& classes, const BackgroundOptions& options) const {
  const auto protocol = model::protocol_of(impl_->files.config);
  const auto& background = options.background.empty() ? protocol.background : options.background;
  if (!background.empty()) return with_background(classes, background);
  const bool alone = classes.size() == 1 && !classes.background;
  if (alone && !has_prompts() && options.contrast && protocol.contrast) return contrast_of(*this, classes);
  return classes;
}

bool Model::has_prompts() const {
  return impl_->files.config.prompts.has_value();
}

std::string Model::head() const {
  return has_prompts() ? "" : impl_->files.config.head;
}

ClassSet::ClassSet(const Model& model, const ClassList& classes, const TextOptions& options)
    : impl_(api::guarded([&] {
        const kernels::ThreadScope scope(model.impl_->threads);
        auto set = std::make_shared<Impl>();
        auto encoded =
            segmenter::encode_classes(model.impl_->files, model.impl_->options.vocab, classes, options);
        set->model = model.impl_;
        set->embeddings = std::move(encoded.embeddings);
        set->text_tower_ran = encoded.tower_ran;
        set->unknown_words = model::unknown_words(model.known_words(), classes);
        return set;
      })) {}

ClassSet::ClassSet(const Model& model, const float* rows, std::size_t count)
    : impl_(api::guarded([&] {
        if (rows == nullptr || count == 0 || count > kMaxClasses) {
          throw Error(ErrorCode::kBadClassList,
                      fmt::format("{} embeddings: expected 1 to {}", count, kMaxClasses));
        }
        auto set = std::make_shared<Impl>();
        const auto width = static_cast<std::size_t>(model.joint_width());
        set->model = model.impl_;
        set->embeddings = segmenter::one_row_each(unit_rows(rows, count, width), model.joint_width());
        return set;
      })) {}

std::size_t ClassSet::size() const {
  return impl_->embeddings.classes();
}

bool ClassSet::text_tower_ran() const {
  return impl_->text_tower_ran;
}

const std::vector<std::string>& ClassSet::unknown_words() const {
  return impl_->unknown_words;
}

}  // namespace relprompt
