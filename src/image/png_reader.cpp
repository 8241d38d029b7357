#include "image/png_reader.h"

#include <csetjmp>
#include <cstdio>
#include <cstring>

#include <fmt/format.h>
#include <png.h>

#include "image/guard.h"
#include "image/orientation.h"

namespace relprompt::image {

// What libpng's callbacks see. The functions below with setjmp own no C++ objects, so that a longjmp out of
// libpng skips no destructor; they return false on an error, whose text is then in `message`.
struct PngReader::State {
  const Source* source = nullptr;
  std::size_t position = 0;
  bool ended_early = false;
  char message[200] = "";
  png_structp png = nullptr;
  png_infop info = nullptr;

  static void on_error(png_structp png, png_const_charp text) {
    auto* state = static_cast<State*>(png_get_error_ptr(png));
    std::snprintf(state->message, sizeof state->message, "%s", text);
    png_longjmp(png, 1);
  }

  static void on_warning(png_structp, png_const_charp) {}

  static void on_read(png_structp png, png_bytep out, std::size_t count) {
    auto* state = static_cast<State*>(png_get_io_ptr(png));
    if (!state->source->has(state->position, count)) {
      state->ended_early = true;
      png_error(png, "unexpected end");
    }
    std::memcpy(out, state->source->data() + state->position, count);
    state->position += count;
  }

  bool read_info() {
    if (setjmp(png_jmpbuf(png)) != 0) return false;
    png_read_info(png, info);
    return true;
  }

  bool expand_to_colours(bool alpha, bool wide) {
    if (setjmp(png_jmpbuf(png)) != 0) return false;
    png_set_expand(png);
    if (wide) {
      png_set_swap(png);
    } else {
      png_set_strip_16(png);
    }
    png_set_gray_to_rgb(png);
    if (!alpha) png_set_strip_alpha(png);
    png_set_interlace_handling(png);
    png_read_update_info(png, info);
    return true;
  }

  bool keep_samples() {
    if (setjmp(png_jmpbuf(png)) != 0) return false;
    png_set_packing(png);
    if (png_get_bit_depth(png, info) == 16) png_set_swap(png);
    png_set_interlace_handling(png);
    png_read_update_info(png, info);
    return true;
  }

  bool read_image(png_bytepp rows) {
    if (setjmp(png_jmpbuf(png)) != 0) return false;
    png_read_image(png, rows);
    png_read_end(png, info);
    return true;
  }
};

namespace {

// All that is neither the image, its transparency nor its EXIF block.
void skip_other_chunks(png_structp png) {
  constexpr png_alloc_size_t kMostBytes = png_alloc_size_t{8} << 20;
  png_set_chunk_malloc_max(png, kMostBytes);
  png_set_chunk_cache_max(png, 16);
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_AS_DEFAULT, reinterpret_cast<png_const_bytep>("eXIf"), 1);
}

}  // namespace

PngReader::PngReader(const Source& source) : source_(source), state_(std::make_unique<State>()) {
  // The size is checked from the raw header, before libpng's own (lower, silent) limits.
  constexpr const char* kPart = "the PNG header";
  if (!source.matches(12, "IHDR")) source.damaged("its PNG signature is followed by no header");
  source.check_size(source.be32(16, kPart), source.be32(20, kPart));
  State& state = *state_;
  state.source = &source;
  state.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &state, State::on_error, State::on_warning);
  if (state.png != nullptr) state.info = png_create_info_struct(state.png);
  if (state.info == nullptr) {
    png_destroy_read_struct(&state.png, nullptr, nullptr);
    throw Error(ErrorCode::kOutOfMemory, "not enough memory to decode " + source.name());
  }
  png_set_read_fn(state.png, &state, State::on_read);
  png_set_user_limits(state.png, 0x7FFFFFFF, 0x7FFFFFFF);
  skip_other_chunks(state.png);
  if (!state.read_info()) {
    png_destroy_read_struct(&state.png, &state.info, nullptr);
    fail();
  }
  header_.width = png_get_image_width(state.png, state.info);
  header_.height = png_get_image_height(state.png, state.info);
  header_.bits = png_get_bit_depth(state.png, state.info);
  const int type = png_get_color_type(state.png, state.info);
  header_.palette = type == PNG_COLOR_TYPE_PALETTE;
  header_.colour = (type & PNG_COLOR_MASK_COLOR) != 0;
  header_.alpha =
      (type & PNG_COLOR_MASK_ALPHA) != 0 || png_get_valid(state.png, state.info, PNG_INFO_tRNS) != 0;
}

PngReader::~PngReader() {
  png_destroy_read_struct(&state_->png, &state_->info, nullptr);
}

void PngReader::fail() const {
  if (state_->ended_early) {
    source_.damaged(fmt::format("the PNG ends early, after {} bytes, before its IEND chunk", source_.size()));
  }
  source_.damaged(fmt::format("libpng says \"{}\" at byte {}", state_->message, state_->position));
}

std::uint32_t PngReader::frames() const {
  // The chunk that counts them stands before the pixels.
  for (std::size_t at = 8; source_.has(at, 12) && !source_.matches(at + 4, "IDAT");) {
    if (source_.matches(at + 4, "acTL")) return source_.be32(at + 8, "an acTL chunk");
    at += std::size_t{source_.be32(at, "a PNG chunk")} + 12;
  }
  return 1;
}

void PngReader::read_rows(void* bytes, std::size_t row_bytes) {
  if (png_get_rowbytes(state_->png, state_->info) != row_bytes) {
    throw Error(ErrorCode::kInternal,
                fmt::format("libpng gives {} bytes a row of {}, not {}",
                            png_get_rowbytes(state_->png, state_->info), source_.name(), row_bytes));
  }
  std::vector<png_bytep> rows(header_.height);
  for (std::size_t y = 0; y < rows.size(); ++y) rows[y] = static_cast<png_bytep>(bytes) + y * row_bytes;
  if (!state_->read_image(rows.data())) fail();
  png_bytep block = nullptr;
  png_uint_32 block_size = 0;
  if (png_get_eXIf_1(state_->png, state_->info, &block_size, &block) != 0) {
    orientation_ = exif_orientation(block, block_size);
  }
}

std::vector<std::uint8_t> PngReader::read_colours() {
  return guarded(ErrorCode::kInternal, "decode " + source_.name(), [&] {
    if (!state_->expand_to_colours(header_.alpha, false)) fail();
    const std::size_t row_bytes = std::size_t{header_.width} * (header_.alpha ? 4 : 3);
    std::vector<std::uint8_t> bytes(row_bytes * header_.height);
    read_rows(bytes.data(), row_bytes);
    return bytes;
  });
}

std::vector<std::uint16_t> PngReader::read_wide_colours() {
  return guarded(ErrorCode::kInternal, "decode " + source_.name(), [&] {
    if (!state_->expand_to_colours(header_.alpha, true)) fail();
    const std::size_t row_samples = std::size_t{header_.width} * (header_.alpha ? 4 : 3);
    std::vector<std::uint16_t> samples(row_samples * header_.height);
    read_rows(samples.data(), row_samples * sizeof samples[0]);
    return samples;
  });
}

std::vector<std::uint16_t> PngReader::read_samples() {
  return guarded(ErrorCode::kInternal, "decode " + source_.name(), [&] {
    if (!state_->keep_samples()) fail();
    const std::size_t sample_bytes = header_.bits == 16 ? 2 : 1;
    const std::size_t row_bytes = std::size_t{header_.width} * sample_bytes;
    std::vector<std::uint8_t> bytes(row_bytes * header_.height);
    read_rows(bytes.data(), row_bytes);
    std::vector<std::uint16_t> samples(std::size_t{header_.width} * header_.height);
    if (sample_bytes == 2) {
      std::memcpy(samples.data(), bytes.data(), bytes.size());
    } else {
      for (std::size_t i = 0; i < samples.size(); ++i) samples[i] = bytes[i];
    }
    return samples;
  });
}

}  // namespace relprompt::image
