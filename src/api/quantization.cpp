// relprompt::quantize_model.
#include "relprompt/quantization.h"

#include <set>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "api/errors.h"
#include "kernels/threads.h"
#include "model/import_model.h"
#include "model/model_folder.h"
#include "segmenter/int8_calibration.h"
#include "segmenter/text_encoder.h"

namespace relprompt {
namespace {

void check(const std::vector<std::filesystem::path>& images, double agreement) {
  if (images.empty()) {
    throw Error(ErrorCode::kBadArgument, "no image to learn typical activations from",
                "give images of the kind that the model will see, 10 to 100 of them");
  }
  if (agreement >= 0 && agreement <= 1) return;
  throw Error(ErrorCode::kBadArgument, fmt::format("agreement {}: expected a share from 0 to 1", agreement));
}

}  // namespace

QuantizeReport quantize_model(const std::filesystem::path& path, const std::filesystem::path& target,
                              const ClassList& classes, const std::vector<std::filesystem::path>& images,
                              const QuantizeOptions& options, const QuantizeProgress& progress) {
  return api::guarded([&] {
    check(images, options.agreement);
    model::require_model_target(target, options.replace);
    kernels::set_threads(options.threads);
    auto model = model::open_model(path, options.towers);
    model::drop_int8(model);
    const auto encoded = segmenter::encode_classes(model, options.vocab, classes, options.text);
    std::set<std::string> notes;
    const auto read = [&](std::size_t i) {
      Image image = read_image(images[i], options.decode);
      notes.insert(image.notes.begin(), image.notes.end());
      return image;
    };
    auto found =
        segmenter::calibrate(model, encoded.embeddings, images.size(), read, options.agreement, progress);
    found.report.notes = model.notes;
    found.report.notes.insert(found.report.notes.end(), notes.begin(), notes.end());
    model.config.int8 = model::Int8Config{static_cast<std::int64_t>(found.report.calibration_images),
                                          found.refinement.bf16_layers};
    model::write_model(model, found.refinement, target, /*half=*/false, options.replace);
    return found.report;
  });
}

}  // namespace relprompt
