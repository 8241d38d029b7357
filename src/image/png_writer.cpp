#include "image/png_writer.h"

#include <csetjmp>
#include <cstdio>
#include <exception>

#include <fmt/format.h>
#include <png.h>

#include "relprompt/error.h"

namespace relprompt::image {
namespace {

struct Layout {
  int bits;
  int color_type;
  std::size_t bytes;  // of a pixel
};

Layout layout_of(PngKind kind) {
  switch (kind) {
    case PngKind::kGrey8:
      return {8, PNG_COLOR_TYPE_GRAY, 1};
    case PngKind::kGrey16:
      return {16, PNG_COLOR_TYPE_GRAY, 2};
    case PngKind::kPalette8:
      return {8, PNG_COLOR_TYPE_PALETTE, 1};
    case PngKind::kRgb8:
      return {8, PNG_COLOR_TYPE_RGB, 3};
  }
  throw Error(ErrorCode::kInternal, "unknown kind of PNG");
}

struct Writer {
  std::string bytes;
  char message[200] = "";
  png_structp png = nullptr;
  png_infop info = nullptr;

  Writer() = default;
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer() { png_destroy_write_struct(&png, &info); }

  static void on_error(png_structp png, png_const_charp text) {
    std::snprintf(static_cast<Writer*>(png_get_error_ptr(png))->message, sizeof message, "%s", text);
    png_longjmp(png, 1);
  }

  static void on_warning(png_structp, png_const_charp) {}

  static void on_write(png_structp png, png_bytep data, std::size_t size) {
    bool stored = true;
    try {
      static_cast<Writer*>(png_get_io_ptr(png))->bytes.append(reinterpret_cast<const char*>(data), size);
    } catch (const std::exception&) {
      stored = false;  // no C++ exception may cross libpng's frames
    }
    if (!stored) png_error(png, "out of memory");
  }

  static void on_flush(png_structp) {}

  // Owns no C++ objects, because libpng's errors jump back to its first line.
  bool write(const Layout& layout, png_uint_32 height, png_uint_32 width, png_const_bytep rows,
             png_const_colorp colors, int color_count) {
    if (setjmp(png_jmpbuf(png)) != 0) return false;
    png_set_write_fn(png, this, on_write, on_flush);
    png_set_IHDR(png, info, width, height, layout.bits, layout.color_type, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_BASE, PNG_FILTER_TYPE_BASE);
    if (color_count > 0) png_set_PLTE(png, info, colors, color_count);
    png_write_info(png, info);
    if (layout.bits == 16) png_set_swap(png);
    for (png_uint_32 y = 0; y < height; ++y) png_write_row(png, rows + y * layout.bytes * width);
    png_write_end(png, info);
    return true;
  }
};

}  // namespace

std::string encode_png(PngKind kind, int height, int width, const void* rows,
                       const std::vector<Color>& palette) {
  Writer writer;
  writer.png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &writer, Writer::on_error, Writer::on_warning);
  if (writer.png != nullptr) writer.info = png_create_info_struct(writer.png);
  if (writer.info == nullptr) throw Error(ErrorCode::kOutOfMemory, "not enough memory to encode a PNG");
  std::vector<png_color> colors;
  for (const Color& color : palette) colors.push_back({color.red, color.green, color.blue});
  if (!writer.write(layout_of(kind), static_cast<png_uint_32>(height), static_cast<png_uint_32>(width),
                    static_cast<png_const_bytep>(rows), colors.data(), static_cast<int>(colors.size()))) {
    const bool memory = std::string(writer.message) == "out of memory";
    throw Error(memory ? ErrorCode::kOutOfMemory : ErrorCode::kInternal,
                fmt::format("cannot encode a PNG of {}x{} pixels: libpng says \"{}\"", width, height,
                            writer.message));
  }
  return std::move(writer.bytes);
}

}  // namespace relprompt::image
