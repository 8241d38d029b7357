#include "image/jpeg_decode.h"

#include <csetjmp>
#include <cstdio>
#include <utility>

#include <fmt/format.h>
// clang-format off: jpeglib.h needs cstdio before it
#include <jerror.h>
#include <jpeglib.h>
// clang-format on

#include "relprompt/error.h"

#include "image/orientation.h"

namespace relprompt::image {
namespace {

// Surplus bytes before a marker that are taken for the padding of an encoder and not for damage.
constexpr int kMaxSurplusBytes = 4;

enum class Complaint { kNone, kEarlyEnd, kDamage, kUnsupported, kTooLarge, kMemory, kScans };

// libjpeg's state and callbacks. Functions with setjmp own no C++ objects, so that a longjmp out of libjpeg
// skips no destructor; they return false on an error.
struct Reader {
  jpeg_decompress_struct info;
  jpeg_error_mgr errors;
  jpeg_progress_mgr progress;
  std::jmp_buf back;
  char message[JMSG_LENGTH_MAX];
  Complaint complaint;
  int surplus;
  int orientation;

  static Reader& of(j_common_ptr info) { return *static_cast<Reader*>(info->client_data); }

  [[noreturn]] static void stop(j_common_ptr info, Complaint complaint) {
    Reader& reader = of(info);
    reader.complaint = complaint;
    info->err->format_message(info, reader.message);
    std::longjmp(reader.back, 1);
  }

  static void on_error(j_common_ptr info) {
    switch (info->err->msg_code) {
      case JERR_OUT_OF_MEMORY:
        stop(info, Complaint::kMemory);
      case JERR_IMAGE_TOO_BIG:
      case JERR_NO_BACKING_STORE:  // over max_memory_to_use
        stop(info, Complaint::kTooLarge);
      case JERR_SOF_UNSUPPORTED:
      case JERR_BAD_PRECISION:
      case JERR_CONVERSION_NOTIMPL:
      case JERR_CCIR601_NOTIMPL:
      case JERR_FRACT_SAMPLE_NOTIMPL:
      case JERR_NOT_COMPILED:
        stop(info, Complaint::kUnsupported);
      default:
        stop(info, Complaint::kDamage);
    }
  }

  static void on_message(j_common_ptr info, int level) {
    if (level >= 0) return;  // a trace
    switch (info->err->msg_code) {
      case JWRN_ADOBE_XFORM:
      case JWRN_BOGUS_ICC:
      case JWRN_JFIF_MAJOR:
      case JWRN_NOT_SEQUENTIAL:
        return;
      case JWRN_EXTRANEOUS_DATA:
        of(info).surplus += info->err->msg_parm.i[0];
        if (of(info).surplus > kMaxSurplusBytes) stop(info, Complaint::kDamage);
        return;
      case JWRN_JPEG_EOF:
        stop(info, Complaint::kEarlyEnd);
      default:
        stop(info, Complaint::kDamage);
    }
  }

  static void on_progress(j_common_ptr info) {
    if (reinterpret_cast<j_decompress_ptr>(info)->input_scan_number > kMaxJpegScans) {
      stop(info, Complaint::kScans);
    }
  }

  // The whole file is in libjpeg's buffer, so that the segment can be read in place.
  static boolean on_app1(j_decompress_ptr info) {
    jpeg_source_mgr& source = *info->src;
    const std::size_t length = source.bytes_in_buffer < 2
                                   ? 0
                                   : std::size_t{source.next_input_byte[0]} << 8 | source.next_input_byte[1];
    if (length < 2 || length > source.bytes_in_buffer) {
      info->err->msg_code = JERR_BAD_LENGTH;
      stop(reinterpret_cast<j_common_ptr>(info), Complaint::kDamage);
    }
    Reader& reader = *static_cast<Reader*>(info->client_data);
    if (reader.orientation == 1 && length > 8) {
      const std::uint8_t* const content = source.next_input_byte + 2;
      if (std::string_view(reinterpret_cast<const char*>(content), 6) == std::string_view("Exif\0\0", 6)) {
        reader.orientation = exif_orientation(content, length - 2);
      }
    }
    source.next_input_byte += length;
    source.bytes_in_buffer -= length;
    return TRUE;
  }

  bool read_header(const std::uint8_t* data, std::size_t size) {
    info.err = jpeg_std_error(&errors);
    info.client_data = this;
    errors.error_exit = on_error;
    errors.emit_message = on_message;
    if (setjmp(back) != 0) return false;
    jpeg_create_decompress(&info);
    jpeg_mem_src(&info, data, static_cast<unsigned long>(size));
    jpeg_set_marker_processor(&info, JPEG_APP0 + 1, on_app1);
    jpeg_read_header(&info, TRUE);
    return true;
  }

  bool start() {
    if (setjmp(back) != 0) return false;
    progress.progress_monitor = on_progress;
    info.progress = &progress;
    info.dct_method = JDCT_ISLOW;
    info.do_fancy_upsampling = TRUE;
    info.out_color_space = info.num_components == 4 ? JCS_CMYK : JCS_RGB;
    // Coefficients of all components (at most 4 of 2 bytes a pixel) and whatever else libjpeg keeps whole.
    info.mem->max_memory_to_use =
        static_cast<long>(info.image_width) * static_cast<long>(info.image_height) * 8 + (32L << 20);
    jpeg_start_decompress(&info);
    return true;
  }

  // Reads all rows up to the end-of-image marker. `cmyk` has one row of an image of four components.
  bool read_rows(std::uint8_t* rgb, std::uint8_t* cmyk);
};

// Adobe stores inks inverted: 255 is no ink.
void to_rgb(const std::uint8_t* cmyk, std::size_t width, std::uint8_t* rgb) {
  for (std::size_t x = 0; x < width; ++x, cmyk += 4, rgb += 3) {
    const int key = cmyk[3];
    for (int c = 0; c < 3; ++c) rgb[c] = static_cast<std::uint8_t>(key - ((255 - cmyk[c]) * key >> 8));
  }
}

bool Reader::read_rows(std::uint8_t* rgb, std::uint8_t* cmyk) {
  if (setjmp(back) != 0) return false;
  const std::size_t width = info.output_width;
  while (info.output_scanline < info.output_height) {
    std::uint8_t* const out = rgb + std::size_t{info.output_scanline} * width * 3;
    JSAMPROW row = cmyk == nullptr ? out : cmyk;
    jpeg_read_scanlines(&info, &row, 1);
    if (cmyk != nullptr) to_rgb(cmyk, width, out);
  }
  jpeg_finish_decompress(&info);
  return true;
}

[[noreturn]] void fail(const Source& source, const Reader& reader) {
  switch (reader.complaint) {
    case Complaint::kEarlyEnd:
      source.damaged(fmt::format("it ends inside {}: there is no end-of-image marker",
                                 reader.info.input_scan_number > 0 ? "the image data" : "the JPEG header"));
    case Complaint::kUnsupported:
      source.unsupported(fmt::format("libjpeg says \"{}\"", reader.message));
    case Complaint::kScans:
      source.unsupported(fmt::format("it is a progressive JPEG of more than {} scans", kMaxJpegScans));
    case Complaint::kTooLarge:
      throw Error(ErrorCode::kImageTooLarge,
                  fmt::format("{} takes too much memory: libjpeg says \"{}\"", source.name(), reader.message),
                  "convert it to PNG or to a smaller JPEG first");
    case Complaint::kMemory:
      throw Error(ErrorCode::kOutOfMemory, "not enough memory to decode " + source.name());
    default:
      source.damaged(fmt::format("libjpeg says \"{}\"", reader.message));
  }
}

}  // namespace

Image decode_jpeg(const Source& source) {
  // On the heap: libjpeg's structures hold pointers to each other and to this object.
  struct Release {
    void operator()(Reader* reader) const {
      jpeg_destroy_decompress(&reader->info);
      delete reader;
    }
  };
  const std::unique_ptr<Reader, Release> reader(new Reader());
  reader->orientation = 1;
  if (!reader->read_header(source.data(), source.size())) fail(source, *reader);
  source.check_size(reader->info.image_width, reader->info.image_height);
  if (!reader->start()) fail(source, *reader);
  Image image;
  image.height = static_cast<int>(reader->info.output_height);
  image.width = static_cast<int>(reader->info.output_width);
  const std::size_t width = reader->info.output_width;
  image.rgb.resize(width * reader->info.output_height * 3);
  std::vector<std::uint8_t> cmyk(reader->info.out_color_components == 4 ? width * 4 : 0);
  if (!reader->read_rows(image.rgb.data(), cmyk.empty() ? nullptr : cmyk.data())) fail(source, *reader);
  if (reader->surplus > 0) {
    image.notes.push_back(fmt::format("its JPEG data has {} surplus {}; it may be damaged inside",
                                      reader->surplus, reader->surplus == 1 ? "byte" : "bytes"));
  }
  const int orientation = reader->orientation;
  return upright(std::move(image), orientation);
}

}  // namespace relprompt::image
