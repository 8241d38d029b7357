#include "tar_reading.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/printable.h"
#include "image/image_format.h"
#include "image_results.h"
#include "tar/tar_library.h"
#include "tar_list.h"

namespace relprompt::cli {
namespace {

std::string facts_of_partial(const std::string& made_by, const ImageInput& input) {
  return fmt::format("{} {} {} {}", made_by, input.bytes, input.modified, input.changed);
}

/// ".jpg", ".png" and so on alone: "seg.png" is what somebody made of an image.
bool is_image_extension(const std::string& extension) {
  return extension.find('.') == std::string::npos && image::has_image_extension("image." + extension);
}

tar::SampleReader::IsImage image_rule(const std::string& member) {
  if (member.empty()) return is_image_extension;
  return [member](const std::string& extension) { return extension == member; };
}

std::unique_ptr<tar::MemberSource> open_members(tar::TarInput& input, const std::string& name) {
  std::string words;
  auto members = tar::tar_table().open(input.bytes(), words);
  if (members == nullptr)
    throw Error(ErrorCode::kUnreadable, fmt::format("{} is no tar: {}", name, printable(words)));
  return members;
}

}  // namespace

/// A tar that is being read.
struct TarReading::Open {
  Open(const ListedImage& listed, const std::string& image_member, ImageInput before)
      : tar(listed),
        identity(std::move(before)),
        input(listed.path),
        members(open_members(input, listed.input)),
        samples(*members, listed.input, image_rule(image_member), [this] { return input.taken(); }) {}

  const ListedImage& tar;
  ImageInput identity;
  tar::TarInput input;
  std::unique_ptr<tar::MemberSource> members;
  tar::SampleReader samples;
  std::uint64_t to_skip = 0;  ///< samples that have an outcome from before
};

TarReading::TarReading(const SegmentSettings& settings, const std::vector<ListedImage>& tars,
                       const ClassSettings& classes)
    : settings_(settings), tars_(tars), classes_(classes) {}

TarStep TarReading::step(TarStep::Kind kind) const {
  TarStep step;
  step.kind = kind;
  step.tar = at_ < tars_.size() ? &tars_[at_] : nullptr;
  step.taken = taken_before_ + (open_ ? open_->input.taken() : 0);
  return step;
}

TarStep TarReading::next() {
  if (at_ == tars_.size()) return step(TarStep::Kind::kAllDone);
  try {
    return open_ ? sample_or_end() : begin(tars_[at_]);
  } catch (const Error& error) {
    if (error.code() == ErrorCode::kOutOfMemory || !ImageResults::concerns_one_image(error.code())) throw;
    TarStep failed = step(TarStep::Kind::kFailed);
    failed.failure = error;
    taken_before_ = failed.taken;
    open_.reset();
    ++at_;
    return failed;
  }
}

TarStep TarReading::begin(const ListedImage& tar) {
  const std::string made_by =
      tar_settings(classes_.at(tar.own).facts.settings(), settings_.plan, settings_.image_member);
  if (settings_.resume) {
    if (auto record = finished_tar(tar_output(tar), tar.path, made_by)) {
      tar::PartialTar::tidy(settings_.output, tar.below);
      TarStep skipped = step(TarStep::Kind::kSkipped);
      skipped.record = std::move(*record);
      taken_before_ = skipped.taken = skipped.taken + skipped.record.input.bytes;
      ++at_;
      return skipped;
    }
  }
  ImageInput identity = look_at(tar.path).value_or(ImageInput());
  auto open = std::make_shared<Open>(tar, settings_.image_member, identity);
  TarStep begun = step(TarStep::Kind::kBegin);
  begun.partial = std::make_shared<tar::PartialTar>(settings_.output, tar.below,
                                                    facts_of_partial(made_by, identity), settings_.resume);
  open->to_skip = begun.partial->samples();
  begun.record.made_by = made_by;
  open_ = std::move(open);
  return begun;
}

TarStep TarReading::sample_or_end() {
  tar::Sample sample;
  for (; open_->to_skip > 0; --open_->to_skip) {
    if (open_->samples.next(sample, false)) continue;
    throw Error(ErrorCode::kUnreadable,
                fmt::format("{}: has fewer samples than an earlier run found in it", open_->tar.input),
                "without --resume it begins anew");
  }
  if (open_->samples.next(sample)) {
    TarStep next = step(TarStep::Kind::kSample);
    next.sample = std::move(sample);
    decode(next);
    return next;
  }
  TarStep end = step(TarStep::Kind::kEnd);
  end.input = open_->identity;
  end.input.sha256 = open_->input.finish();
  end.taken = taken_before_ += open_->input.taken();
  const auto now = look_at(open_->tar.path);
  if (!now || !now->same_times(end.input)) {
    throw Error(ErrorCode::kUnreadable, fmt::format("{} changed while it was read", open_->tar.input),
                "run the same command again");
  }
  open_.reset();
  ++at_;
  return end;
}

void TarReading::decode(TarStep& step) const {
  const std::string place = fmt::format("{}, sample {}", step.tar->input, step.sample.key);
  if (!step.sample.problem.empty()) {
    step.failure = Error(step.sample.too_large ? ErrorCode::kImageTooLarge : ErrorCode::kNotAnImage,
                         fmt::format("{}: {}", place, step.sample.problem));
    return;
  }
  try {
    Sha256 digest;
    digest.update(step.sample.bytes.data(), step.sample.bytes.size());
    step.image_sha256 = digest.hex();
    step.image = decode_image(step.sample.bytes.data(), step.sample.bytes.size(), settings_.decode,
                              fmt::format("{}, {}", step.tar->input, step.sample.image));
  } catch (const Error& error) {
    if (error.code() == ErrorCode::kOutOfMemory || !ImageResults::concerns_one_image(error.code())) throw;
    step.failure = error;
  }
  step.sample.bytes = {};
}

}  // namespace relprompt::cli
