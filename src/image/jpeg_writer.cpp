#include "image/jpeg_writer.h"

#include <csetjmp>
#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>
// clang-format off: jpeglib.h needs cstdio before it
#include <jerror.h>
#include <jpeglib.h>
// clang-format on

#include "relprompt/error.h"

namespace relprompt::image {
namespace {

struct Writer {
  jpeg_compress_struct info{};
  jpeg_error_mgr errors{};
  std::jmp_buf back{};
  char message[JMSG_LENGTH_MAX] = "";
  bool out_of_memory = false;
  unsigned char* bytes = nullptr;
  unsigned long size = 0;

  Writer() = default;
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer() {
    jpeg_destroy_compress(&info);
    std::free(bytes);
  }

  static void on_error(j_common_ptr common) {
    auto& writer = *static_cast<Writer*>(common->client_data);
    writer.out_of_memory = common->err->msg_code == JERR_OUT_OF_MEMORY;
    common->err->format_message(common, writer.message);
    std::longjmp(writer.back, 1);
  }

  static void on_message(j_common_ptr, int) {}

  // Owns no C++ objects, because libjpeg's errors jump back to its first lines.
  bool write(const Image& image, int quality) {
    info.err = jpeg_std_error(&errors);
    info.client_data = this;
    errors.error_exit = on_error;
    errors.emit_message = on_message;
    if (setjmp(back) != 0) return false;
    jpeg_create_compress(&info);
    jpeg_mem_dest(&info, &bytes, &size);
    info.image_width = static_cast<JDIMENSION>(image.width);
    info.image_height = static_cast<JDIMENSION>(image.height);
    info.input_components = 3;
    info.in_color_space = JCS_RGB;
    jpeg_set_defaults(&info);
    jpeg_set_quality(&info, quality, TRUE);
    jpeg_start_compress(&info, TRUE);
    while (info.next_scanline < info.image_height) {
      JSAMPROW row =
          const_cast<JSAMPROW>(image.rgb.data()) + std::size_t{info.next_scanline} * info.image_width * 3;
      jpeg_write_scanlines(&info, &row, 1);
    }
    jpeg_finish_compress(&info);
    return true;
  }
};

}  // namespace

std::string encode_jpeg(const Image& image, int quality) {
  Writer writer;
  if (!writer.write(image, quality)) {
    throw Error(writer.out_of_memory ? ErrorCode::kOutOfMemory : ErrorCode::kInternal,
                fmt::format("cannot encode a JPEG of {}x{} pixels: libjpeg says \"{}\"", image.width,
                            image.height, writer.message));
  }
  return {reinterpret_cast<const char*>(writer.bytes), writer.size};
}

}  // namespace relprompt::image
