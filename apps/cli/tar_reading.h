// Reading ahead over the tars of a run: what happens next, with the image already decoded.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "relprompt/image.h"

#include "class_settings.h"
#include "image_input.h"
#include "image_list.h"
#include "segment_settings.h"
#include "tar/partial_tar.h"
#include "tar/sample_reader.h"
#include "tar/tar_input.h"
#include "tar_record.h"

namespace relprompt::cli {

/// One event of a run over tars.
struct TarStep {
  enum class Kind {
    kBegin,    ///< a tar; `partial` is where its results go
    kSample,   ///< one that has no outcome yet
    kEnd,      ///< the tar is read whole: `input` is set
    kSkipped,  ///< its results are there: `record`
    kFailed,   ///< the tar is of no use: `failure`
    kAllDone
  };
  Kind kind = Kind::kAllDone;
  const ListedImage* tar = nullptr;
  std::shared_ptr<tar::PartialTar> partial;
  tar::Sample sample;            ///< without the bytes of its image
  Image image;                   ///< kSample without a failure
  std::string image_sha256;      ///< of the member
  std::optional<Error> failure;  ///< of the sample, or of the tar
  ImageInput input;
  TarRecord record;
  std::uint64_t taken = 0;  ///< bytes of all tars until now
};

class TarReading {
 public:
  /// All must outlive this object.
  TarReading(const SegmentSettings& settings, const std::vector<ListedImage>& tars,
             const ClassSettings& classes);

  /// The next event. Throws Error for what ends the run: an output that cannot be written, a tar that
  /// another process works on, memory.
  TarStep next();

 private:
  struct Open;
  TarStep begin(const ListedImage& tar);
  TarStep sample_or_end();
  TarStep step(TarStep::Kind kind) const;
  void decode(TarStep& step) const;

  const SegmentSettings& settings_;
  const std::vector<ListedImage>& tars_;
  const ClassSettings& classes_;
  std::size_t at_ = 0;
  std::shared_ptr<Open> open_;
  std::uint64_t taken_before_ = 0;  ///< bytes of the tars that are behind
};

}  // namespace relprompt::cli
