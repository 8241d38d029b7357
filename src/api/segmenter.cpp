// relprompt::Segmenter: a session of a shared model.
#include "relprompt/segmenter.h"

#include <optional>

#include "relprompt/error.h"

#include "api/errors.h"
#include "api/kept_scores_impl.h"
#include "api/model_impl.h"
#include "api/pending_segmentations.h"
#include "api/session.h"
#include "kernels/threads.h"
#include "segmenter/attention_analysis.h"
#include "segmenter/device_images.h"
#include "segmenter/sliding_window.h"

namespace relprompt {

inline api::Session& session_inside(const Segmenter& segmenter);

struct RELPROMPT_HIDDEN Segmenter::Impl final : api::Session {
  explicit Impl(const Model& shared) : model(shared) {}

  segmenter::PatchScorer& scorer() override {
    if (!scores) scores = model.impl_->make_scorer();
    return *scores;
  }

  /// What looks inside the network runs on the engine, whatever the device.
  segmenter::EngineScorer& engine() {
    if (!looks) {
      if (!model.impl_->network) own = model.impl_->make_network(kernels::Precision::kFp32);
      looks.emplace(own ? *own : *model.impl_->network);
    }
    return *looks;
  }

  const segmenter::ClassEmbeddings& embeddings() const override {
    if (classes) return classes->impl_->embeddings;
    throw Error(ErrorCode::kBadArgument, "no classes set", "call set_classes or set_embeddings first");
  }

  const model::ModelConfig& config() const override { return model.impl_->files.config; }
  int threads() const override { return model.impl_->threads; }

  static api::Session& of(const Segmenter& segmenter) { return segmenter.impl(); }
  /// A friend of this class alone: the public header need not name whoever works with a session.
  friend api::Session& session_inside(const Segmenter& segmenter) { return of(segmenter); }

  Model model;
  std::optional<ClassSet> classes;
  std::unique_ptr<segmenter::PatchScorer> scores;
  std::unique_ptr<const engine::Network> own;
  std::optional<segmenter::EngineScorer> looks;
};

api::Session& session_of(const Segmenter& segmenter) {
  return session_inside(segmenter);
}

Segmenter::Segmenter(const Model& model) : impl_(std::make_unique<Impl>(model)) {
  if (!model.impl_->network) api::guarded([&] { impl_->scorer(); });  // a missing device is found now
}

Segmenter::Segmenter(const Model& model, const ClassSet& classes) : Segmenter(model) {
  set_classes(classes);
}

Segmenter::Segmenter(const std::filesystem::path& model, const ModelOptions& options)
    : Segmenter(Model(model, options)) {}

Segmenter::~Segmenter() = default;
Segmenter::Segmenter(Segmenter&&) noexcept = default;
Segmenter& Segmenter::operator=(Segmenter&&) noexcept = default;

Segmenter::Impl& Segmenter::impl() const {
  if (impl_) return *impl_;
  throw Error(ErrorCode::kBadArgument, "this Segmenter has no model: it was moved from",
              "use the object it was moved into, or assign another one to this");
}

void Segmenter::set_classes(const ClassSet& classes) {
  auto& own = impl();
  if (classes.impl_->model.lock() != own.model.impl_) {
    throw Error(ErrorCode::kBadArgument, "the class set was made for another model",
                "make a ClassSet of this Segmenter's model()");
  }
  own.classes = classes;
}

void Segmenter::set_classes(const ClassList& classes, const TextOptions& options) {
  set_classes(ClassSet(model(), classes, options));
}

void Segmenter::set_embeddings(const float* rows, std::size_t count) {
  set_classes(ClassSet(model(), rows, count));
}

Segmentation Segmenter::segment(const Image& image, const SegmentOptions& options, const ScoreSink& scores,
                                const WindowProgress& progress) {
  return api::guarded([&] {
    auto& own = impl();
    const kernels::ThreadScope scope(own.model.impl_->threads);
    return segmenter::segment_image(own.scorer(), own.model.impl_->files.config, own.embeddings(), image,
                                    resolve(options), scores, progress);
  });
}

PendingSegmentations Segmenter::start(const std::vector<const Image*>& images, const SegmentOptions& options,
                                      const WindowProgress& progress) {
  return api::guarded([&] {
    auto& own = impl();
    const kernels::ThreadScope scope(own.model.impl_->threads);
    const auto& config = own.model.impl_->files.config;
    PendingSegmentations result;
    result.impl_ = std::make_unique<PendingSegmentations::Impl>();
    auto& pending = *result.impl_;
    pending.options = resolve(options);
    pending.threads = own.model.impl_->threads;
    if (segmenter::stays_on_device(own.scorer(), pending.options, false)) {
      pending.images = segmenter::score_on_device(own.scorer(), config, own.embeddings(), images,
                                                  pending.options, progress);
      return result;
    }
    for (const Image* image : images) {
      pending.images.push_back(
          segmenter::score_image(own.scorer(), config, own.embeddings(), *image, pending.options, progress));
    }
    return result;
  });
}

KeptScores Segmenter::score(const Image& image, const SegmentOptions& options,
                            const WindowProgress& progress) {
  return api::guarded([&] {
    auto& own = impl();
    const kernels::ThreadScope scope(own.model.impl_->threads);
    const auto resolved = resolve(options);
    auto kept = std::make_shared<KeptScores::Impl>(own.model, resolved);
    kept->scored = segmenter::score_image(own.scorer(), own.model.impl_->files.config, own.embeddings(),
                                          image, resolved, progress);
    kept->background = own.embeddings().background;
    KeptScores result;
    result.impl_ = std::move(kept);
    return result;
  });
}

AttentionMaps Segmenter::attention_maps(const Image& image, int short_side) {
  return api::guarded([&] {
    auto& own = impl();
    const kernels::ThreadScope scope(own.model.impl_->threads);
    return segmenter::attention_maps(own.engine(), own.model.impl_->files.config, own.embeddings(), image,
                                     short_side);
  });
}

AttentionDistances Segmenter::attention_distances(const Image& image, int short_side) {
  return api::guarded([&] {
    auto& own = impl();
    const kernels::ThreadScope scope(own.model.impl_->threads);
    return segmenter::attention_distances(own.engine(), own.model.impl_->files, own.embeddings(), image,
                                          short_side);
  });
}

const Model& Segmenter::model() const {
  return impl().model;
}

std::size_t Segmenter::class_count() const {
  return impl().classes ? impl().classes->size() : 0;
}

int Segmenter::joint_width() const {
  return model().joint_width();
}

bool Segmenter::text_tower_ran() const {
  return impl().classes && impl().classes->text_tower_ran();
}

const std::vector<std::string>& Segmenter::unknown_words() const {
  static const std::vector<std::string> none;
  return impl().classes ? impl().classes->unknown_words() : none;
}

const std::vector<std::string>& Segmenter::known_words() const {
  return model().known_words();
}

std::string Segmenter::model_hash() const {
  return model().hash();
}

std::string Segmenter::variant() const {
  return model().variant();
}

SegmentOptions Segmenter::resolve(const SegmentOptions& options) const {
  auto full = model().resolve(options, class_count());
  if (!full.background && impl().classes) full.background = impl().embeddings().background;
  return full;
}

}  // namespace relprompt
