// librelprompt-heif.so: one image of a HEIC or AVIF file, and one symbol that offers it.
#include <algorithm>
#include <memory>
#include <new>

#include <libheif/heif.h>

#include "relprompt/export.h"
#include "relprompt/version.h"

#include "image/heif_table.h"

namespace relprompt::heif {
namespace {

using image::HeifImage;
using image::HeifProblem;

template <typename Type>
using Owned = std::unique_ptr<Type, void (*)(Type*)>;

HeifProblem problem_of(const heif_error& error, HeifImage& result) {
  if (error.code == heif_error_Ok) return HeifProblem::kNone;
  result.words = error.message != nullptr ? error.message : "no reason given";
  if (error.code == heif_error_Memory_allocation_error) {
    return error.subcode == heif_suberror_Security_limit_exceeded ? HeifProblem::kTooLarge
                                                                  : HeifProblem::kNoMemory;
  }
  const bool unsupported =
      error.code == heif_error_Unsupported_feature || error.code == heif_error_Unsupported_filetype;
  return unsupported ? HeifProblem::kUnsupported : HeifProblem::kDamaged;
}

HeifProblem decode_pixels(const heif_image_handle* handle, HeifImage& result) {
  const bool alpha = heif_image_handle_has_alpha_channel(handle) != 0;
  const Owned<heif_decoding_options> options(heif_decoding_options_alloc(), heif_decoding_options_free);
  options->convert_hdr_to_8bit = 1;
  heif_image* decoded = nullptr;
  const auto error =
      heif_decode_image(handle, &decoded, heif_colorspace_RGB,
                        alpha ? heif_chroma_interleaved_RGBA : heif_chroma_interleaved_RGB, options.get());
  const Owned<heif_image> pixels(decoded, [](heif_image* image) { heif_image_release(image); });
  if (const auto problem = problem_of(error, result); problem != HeifProblem::kNone) return problem;
  int stride = 0;
  const std::uint8_t* rows = heif_image_get_plane_readonly(decoded, heif_channel_interleaved, &stride);
  const int width = heif_image_get_width(decoded, heif_channel_interleaved);
  const int height = heif_image_get_height(decoded, heif_channel_interleaved);
  if (rows == nullptr || width != result.width || height != result.height) {
    result.words = "the decoded image has another size than the file states";
    return HeifProblem::kDamaged;
  }
  result.image.width = width;
  result.image.height = height;
  result.alpha = alpha;
  const std::ptrdiff_t row_bytes = static_cast<std::ptrdiff_t>(width) * (alpha ? 4 : 3);
  for (std::ptrdiff_t y = 0; y < height; ++y)
    result.image.rgb.insert(result.image.rgb.end(), rows + y * stride, rows + y * stride + row_bytes);
  return HeifProblem::kNone;
}

HeifProblem decode_primary(const std::uint8_t* data, std::size_t size, std::uint64_t max_pixels,
                           HeifImage& result) {
  const Owned<heif_context> context(heif_context_alloc(), heif_context_free);
  auto problem =
      problem_of(heif_context_read_from_memory_without_copy(context.get(), data, size, nullptr), result);
  if (problem != HeifProblem::kNone) return problem;
  heif_image_handle* primary = nullptr;
  problem = problem_of(heif_context_get_primary_image_handle(context.get(), &primary), result);
  if (problem != HeifProblem::kNone) return problem;
  const Owned<heif_image_handle> handle(primary,
                                        [](heif_image_handle* owned) { heif_image_handle_release(owned); });
  result.width = heif_image_handle_get_width(primary);
  result.height = heif_image_handle_get_height(primary);
  result.others = std::max(0, heif_context_get_number_of_top_level_images(context.get()) - 1);
  if (result.width < 1 || result.height < 1) {
    result.words = "the image has no pixels";
    return HeifProblem::kDamaged;
  }
  const auto pixels = static_cast<std::uint64_t>(result.width) * static_cast<std::uint64_t>(result.height);
  return pixels > max_pixels ? HeifProblem::kTooLarge : decode_pixels(primary, result);
}

HeifProblem decode(const std::uint8_t* data, std::size_t size, std::uint64_t max_pixels, HeifImage& result) {
  try {
    return decode_primary(data, size, max_pixels, result);
  } catch (const std::bad_alloc&) {
    return HeifProblem::kNoMemory;
  }
}

}  // namespace
}  // namespace relprompt::heif

extern "C" RELPROMPT_API const relprompt::image::HeifTable* relprompt_heif() {
  static const relprompt::image::HeifTable table = {RELPROMPT_VERSION, relprompt::heif::decode};
  return &table;
}
