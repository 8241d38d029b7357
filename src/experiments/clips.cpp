#include "experiments/clips.h"

#include <fmt/format.h>

#include "relprompt/error.h"

#include "model/model_files.h"
#include "train/pretrain_run.h"
#include "train/run_folder.h"

namespace relprompt::experiments {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kNameDigits = 16;

}  // namespace

Clip::Clip(const ClipSpec& spec, const fs::path& work) {
  if (!spec.folder.empty()) {
    std::error_code ignored;
    if (fs::exists(spec.folder, ignored) && !model::is_model_folder(spec.folder)) {
      throw Error(ErrorCode::kBadArgument,
                  fmt::format("{} is no model folder: it has no config.json of ours", spec.folder.string()),
                  "relprompt import makes a folder of a CLIP checkpoint, relprompt pretrain a new CLIP");
    }
    folder_ = spec.folder;
    vision_ = model::open_model(folder_).config.clip.vision;
    origin_ = folder_.filename().string();
    hash();
    recipe_ = hash_;
    return;
  }
  if (spec.config.empty()) {
    throw Error(ErrorCode::kBadArgument, "the suite names no CLIP",
                "add --clip DIR, or a section clip: {config: world-clip.yaml} to pretrain one");
  }
  pretraining_ = train::read_pretrain_config(spec.config, spec.changes);
  pretraining_->seed += spec.more_seed;
  vision_ = pretraining_->clip.vision;
  recipe_ = train::identity_of(*pretraining_);
  folder_ = work / "clips" / recipe_.substr(0, kNameDigits);
  origin_ = "pretrained by " + spec.config.filename().string();
  for (const auto& change : spec.changes) origin_ += ", " + change;
  if (spec.more_seed > 0) origin_ += fmt::format(", seed {}", pretraining_->seed);
}

bool Clip::ready() const {
  return !pretraining_ || train::RunFolder(folder_, "pretrain").finished();
}

const std::string& Clip::hash() const {
  if (hash_.empty()) hash_ = model::sha256_of(model::open_model(folder_).clip->path());
  return hash_;
}

bool Clip::prepare(int threads, RunListener& listener) {
  if (ready()) return true;
  const train::RunFolder folder(folder_, "pretrain");
  auto config = *pretraining_;
  config.threads = threads;
  folder.create_once(train::to_yaml(config));
  const train::RunLock lock(folder);
  folder.sweep();
  return train::PretrainRun(folder, config, listener).run().finished;
}

}  // namespace relprompt::experiments
