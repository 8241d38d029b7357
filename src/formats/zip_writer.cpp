#include "formats/zip_writer.h"

#include <algorithm>
#include <cstring>
#include <exception>
#include <limits>

#include <fmt/format.h>
#include <minizip/zip.h>

#include "relprompt/error.h"

#include "formats/relative_name.h"

namespace relprompt::formats {
namespace {

constexpr uLong kUtf8Names = 1U << 11;
constexpr uLong kMadeByUnix = 3U << 8 | 45;

bool is_compressed(const std::string& name) {
  for (const char* ending : {".png", ".jpg"}) {
    const std::size_t length = std::strlen(ending);
    if (name.size() >= length && name.compare(name.size() - length, length, ending) == 0) return true;
  }
  return false;
}

}  // namespace

struct ZipWriter::Impl {
  explicit Impl(ByteSink& to) : sink(to) {}

  /// No exception may cross minizip's frames: it is kept, and thrown when they are left.
  static uLong write(voidpf self, voidpf, const void* data, uLong size) {
    auto& impl = *static_cast<Impl*>(self);
    try {
      const std::string_view bytes(static_cast<const char*>(data), size);
      const auto old = static_cast<std::size_t>(std::min<ZPOS64_T>(size, impl.end - impl.position));
      if (old > 0) impl.sink.replace(impl.position, bytes.substr(0, old));
      if (old < size) impl.sink.write(bytes.substr(old));
    } catch (...) {
      impl.failure = std::current_exception();
      return 0;
    }
    impl.position += size;
    impl.end = std::max(impl.end, impl.position);
    return size;
  }

  static long seek(voidpf self, voidpf, ZPOS64_T offset, int origin) {
    auto& impl = *static_cast<Impl*>(self);
    if (origin == ZLIB_FILEFUNC_SEEK_CUR) offset += impl.position;
    if (origin == ZLIB_FILEFUNC_SEEK_END) offset += impl.end;
    if (offset > impl.end) return -1;
    impl.position = offset;
    return 0;
  }

  static ZPOS64_T tell(voidpf self, voidpf) { return static_cast<Impl*>(self)->position; }
  static voidpf open(voidpf self, const void*, int) { return self; }
  static uLong read(voidpf, voidpf, void*, uLong) { return 0; }
  static int close(voidpf, voidpf) { return 0; }
  static int error(voidpf self, voidpf) { return static_cast<Impl*>(self)->failure ? 1 : 0; }

  void expect(int result) {
    if (failure) std::rethrow_exception(failure);
    if (result != ZIP_OK) {
      throw Error(ErrorCode::kInternal, fmt::format("cannot write a zip archive: minizip says {}", result));
    }
  }

  ByteSink& sink;
  ZPOS64_T position = 0, end = 0;
  std::exception_ptr failure;
  zipFile zip = nullptr;
};

ZipWriter::ZipWriter(ByteSink& sink) : impl_(std::make_unique<Impl>(sink)) {
  zlib_filefunc64_def functions{};
  functions.zopen64_file = Impl::open;
  functions.zread_file = Impl::read;
  functions.zwrite_file = Impl::write;
  functions.ztell64_file = Impl::tell;
  functions.zseek64_file = Impl::seek;
  functions.zclose_file = Impl::close;
  functions.zerror_file = Impl::error;
  functions.opaque = impl_.get();
  impl_->zip = zipOpen2_64("", APPEND_STATUS_CREATE, nullptr, &functions);
  if (impl_->zip == nullptr) throw Error(ErrorCode::kOutOfMemory, "not enough memory for a zip archive");
}

ZipWriter::~ZipWriter() {
  if (impl_->zip != nullptr) zipClose(impl_->zip, nullptr);
}

void ZipWriter::add(const std::string& name, std::string_view bytes) {
  require_relative(name, "a file in a zip archive");
  zip_fileinfo info{};
  info.tmz_date = {0, 0, 0, 1, 0, 1980};  // zip's first day
  info.external_fa = 0100644U << 16;
  const bool store = is_compressed(name);
  impl_->expect(zipOpenNewFileInZip4_64(impl_->zip, name.c_str(), &info, nullptr, 0, nullptr, 0, nullptr,
                                        store ? 0 : Z_DEFLATED, Z_DEFAULT_COMPRESSION, 0, -MAX_WBITS,
                                        DEF_MEM_LEVEL, Z_DEFAULT_STRATEGY, nullptr, 0, kMadeByUnix,
                                        kUtf8Names, bytes.size() >= 0xFFFFFFFF ? 1 : 0));
  while (!bytes.empty()) {
    const std::size_t size = std::min(bytes.size(), std::size_t{1} << 28);
    impl_->expect(zipWriteInFileInZip(impl_->zip, bytes.data(), static_cast<unsigned>(size)));
    bytes.remove_prefix(size);
  }
  impl_->expect(zipCloseFileInZip(impl_->zip));
}

void ZipWriter::finish() {
  const zipFile zip = impl_->zip;
  impl_->zip = nullptr;
  impl_->expect(zipClose(zip, nullptr));
}

}  // namespace relprompt::formats
