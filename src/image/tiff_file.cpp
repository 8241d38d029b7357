#include "image/tiff_file.h"

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstring>

#include <fmt/format.h>

#include "relprompt/error.h"

namespace relprompt::image {

// What libtiff's callbacks see. They must not throw through its frames.
struct TiffFile::State {
  const Source* source = nullptr;
  std::uint64_t position = 0;
  bool decoding = false;
  char complaint[256] = "";

  static State& of(thandle_t handle) { return *static_cast<State*>(handle); }

  static tmsize_t read(thandle_t handle, void* out, tmsize_t count) {
    State& state = of(handle);
    const std::uint64_t left =
        state.source->size() - std::min<std::uint64_t>(state.position, state.source->size());
    const auto taken = std::min<std::uint64_t>(left, count > 0 ? static_cast<std::uint64_t>(count) : 0);
    if (taken > 0) std::memcpy(out, state.source->data() + state.position, taken);
    state.position += taken;
    return static_cast<tmsize_t>(taken);
  }

  static tmsize_t write(thandle_t, void*, tmsize_t) { return 0; }

  static toff_t seek(thandle_t handle, toff_t offset, int whence) {
    State& state = of(handle);
    const std::uint64_t base = whence == SEEK_CUR   ? state.position
                               : whence == SEEK_END ? state.source->size()
                                                    : 0;
    return state.position = base + offset;
  }

  static int close(thandle_t) { return 0; }
  static toff_t size(thandle_t handle) { return of(handle).source->size(); }

  // Saves libtiff from copying whole strips. It never writes to what it has mapped.
  static int map(thandle_t handle, void** base, toff_t* size) {
    *base = const_cast<std::uint8_t*>(of(handle).source->data());
    *size = of(handle).source->size();
    return 1;
  }
  static void unmap(thandle_t, void*, toff_t) {}

  // The first complaint is the cause, later ones follow from it.
  void keep(const char* module, const char* format, va_list arguments) {
    if (complaint[0] != '\0') return;
    char text[200];
    std::vsnprintf(text, sizeof text, format, arguments);
    std::snprintf(complaint, sizeof complaint, "%.50s: %s", module == nullptr ? "libtiff" : module, text);
  }

  static int on_error(TIFF*, void* data, const char* module, const char* format, va_list arguments) {
    static_cast<State*>(data)->keep(module, format, arguments);
    return 1;  // handled: nothing is printed
  }

  static int on_warning(TIFF*, void* data, const char* module, const char* format, va_list arguments) {
    auto* state = static_cast<State*>(data);
    if (state->decoding) state->keep(module, format, arguments);
    return 1;
  }
};

TiffFile::TiffFile(const Source& source, std::size_t max_allocation)
    : source_(&source), state_(std::make_unique<State>()) {
  state_->source = &source;
  TIFFOpenOptions* options = TIFFOpenOptionsAlloc();
  if (options == nullptr)
    throw Error(ErrorCode::kOutOfMemory, "not enough memory to decode " + source.name());
  TIFFOpenOptionsSetErrorHandlerExtR(options, State::on_error, state_.get());
  TIFFOpenOptionsSetWarningHandlerExtR(options, State::on_warning, state_.get());
  TIFFOpenOptionsSetMaxSingleMemAlloc(options, static_cast<tmsize_t>(max_allocation));
  tiff_ = TIFFClientOpenExt("TIFF", "r", state_.get(), State::read, State::write, State::seek, State::close,
                            State::size, State::map, State::unmap, options);
  TIFFOpenOptionsFree(options);
  if (tiff_ == nullptr) {
    source.damaged(fmt::format("its TIFF directory cannot be read: libtiff says \"{}\"", state_->complaint));
  }
}

TiffFile::~TiffFile() {
  if (tiff_ != nullptr) TIFFClose(tiff_);
}

void TiffFile::begin() {
  state_->decoding = true;
  state_->complaint[0] = '\0';
}

void TiffFile::finish(bool succeeded) {
  state_->decoding = false;
  if (succeeded && state_->complaint[0] == '\0') return;
  source_->damaged(state_->complaint[0] == '\0' ? std::string("libtiff refuses its pixels")
                                                : fmt::format("libtiff says \"{}\"", state_->complaint));
}

}  // namespace relprompt::image
