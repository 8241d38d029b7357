// librelprompt-tar.so: tars through libarchive, and one symbol that offers them.
#include <clocale>
#include <new>

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>

#include "relprompt/export.h"
#include "relprompt/version.h"

#include "tar/tar_table.h"

namespace relprompt::tar {
namespace {

using Reading = std::unique_ptr<archive, int (*)(archive*)>;
using Writing = std::unique_ptr<archive, int (*)(archive*)>;
using Entry = std::unique_ptr<archive_entry, void (*)(archive_entry*)>;

/// Names are bytes for us. libarchive converts those of pax headers to the locale's encoding, and in "C" it
/// loses what is no ASCII.
class Utf8Names {
 public:
  Utf8Names() : utf8_(locale()), before_(utf8_ != nullptr ? ::uselocale(utf8_) : nullptr) {}
  ~Utf8Names() {
    if (before_ != nullptr) ::uselocale(before_);
  }
  Utf8Names(const Utf8Names&) = delete;
  Utf8Names& operator=(const Utf8Names&) = delete;

 private:
  static locale_t locale() {
    static const locale_t made = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    return made;
  }
  locale_t utf8_, before_;
};

std::string words_of(archive* from) {
  const char* words = archive_error_string(from);
  return words != nullptr ? words : "no reason given";
}

/// Not ARCHIVE_RETRY, which a header with a wrong checksum gives: what follows it is guesswork.
bool is_good(int code) {
  return code == ARCHIVE_OK || code == ARCHIVE_WARN;
}

ReadStatus status_of(int code, archive* from) {
  if (is_good(code)) return ReadStatus::kOk;
  return archive_errno(from) == ENOMEM ? ReadStatus::kNoMemory : ReadStatus::kDamaged;
}

MemberKind kind_of(archive_entry* entry) {
  if (archive_entry_hardlink(entry) != nullptr) return MemberKind::kLink;
  switch (archive_entry_filetype(entry)) {
    case AE_IFREG:
      return MemberKind::kFile;
    case AE_IFDIR:
      return MemberKind::kFolder;
    case AE_IFLNK:
      return MemberKind::kLink;
    default:
      return MemberKind::kSpecial;
  }
}

class Source : public MemberSource {
 public:
  explicit Source(ReadBytes read) : read_(std::move(read)), archive_(archive_read_new(), archive_read_free) {
    if (!archive_) throw std::bad_alloc();
  }

  /// False with words(). Packers that libarchive would run as programs are refused.
  bool open() {
    const Utf8Names names;
    archive* const a = archive_.get();
    return archive_read_support_filter_gzip(a) == ARCHIVE_OK &&
           archive_read_support_filter_zstd(a) == ARCHIVE_OK &&
           archive_read_support_format_tar(a) == ARCHIVE_OK &&
           archive_read_open(a, this, nullptr, give, nullptr) == ARCHIVE_OK;
  }

  ReadStatus next(Member& member) override {
    const Utf8Names names;
    archive* const a = archive_.get();
    if (begun_ && !is_good(archive_read_data_skip(a))) return status_of(ARCHIVE_FATAL, a);
    begun_ = true;
    const auto before = archive_filter_bytes(a, 0);
    archive_entry* entry = nullptr;
    const int code = archive_read_next_header(a, &entry);
    if (code == ARCHIVE_EOF)
      return archive_filter_bytes(a, 0) > before ? ReadStatus::kEnd : ReadStatus::kNoMark;
    const ReadStatus status = status_of(code, a);
    if (status != ReadStatus::kOk) return status;
    const char* name = archive_entry_pathname(entry);
    if (name == nullptr) name = archive_entry_pathname_utf8(entry);
    member.name = name != nullptr ? name : "";
    member.kind = kind_of(entry);
    const auto size = archive_entry_size(entry);
    member.size = size > 0 ? static_cast<std::uint64_t>(size) : 0;
    return ReadStatus::kOk;
  }

  ReadStatus read(void* data, std::size_t size, std::size_t& got) override {
    const auto count = archive_read_data(archive_.get(), data, size);
    got = count > 0 ? static_cast<std::size_t>(count) : 0;
    return count >= 0 ? ReadStatus::kOk : status_of(ARCHIVE_FATAL, archive_.get());
  }

  std::string words() const override { return words_of(archive_.get()); }

 private:
  static la_ssize_t give(archive* a, void* self, const void** data) {
    const auto count = static_cast<Source*>(self)->read_(data);
    if (count < 0) archive_set_error(a, EIO, "the file could not be read");
    return count;
  }

  ReadBytes read_;
  Reading archive_;
  bool begun_ = false;
};

std::unique_ptr<MemberSource> open(ReadBytes read, std::string& words) {
  auto source = std::make_unique<Source>(std::move(read));
  if (source->open()) return source;
  words = source->words();
  return nullptr;
}

la_ssize_t add_to_text(archive*, void* text, const void* data, std::size_t size) {
  try {
    static_cast<std::string*>(text)->append(static_cast<const char*>(data), size);
  } catch (const std::bad_alloc&) {
    return -1;
  }
  return static_cast<la_ssize_t>(size);
}

Entry file_entry(const std::string& name, std::int64_t size) {
  Entry entry(archive_entry_new(), archive_entry_free);
  if (!entry) throw std::bad_alloc();
  archive_entry_copy_pathname(entry.get(), name.c_str());
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  archive_entry_set_perm(entry.get(), 0644);
  archive_entry_set_uid(entry.get(), 0);
  archive_entry_set_gid(entry.get(), 0);
  archive_entry_set_mtime(entry.get(), 0, 0);
  archive_entry_set_size(entry.get(), size);
  return entry;
}

/// GNU's format: a name of any bytes and length stays as it is.
bool append(std::string& tar, const std::string& name, std::string_view content, std::string& words) {
  const Utf8Names names;
  const Writing writing(archive_write_new(), archive_write_free);
  archive* const a = writing.get();
  if (a == nullptr) throw std::bad_alloc();
  const Entry entry = file_entry(name, static_cast<std::int64_t>(content.size()));
  const bool done =
      archive_write_set_format_gnutar(a) == ARCHIVE_OK && archive_write_add_filter_none(a) == ARCHIVE_OK &&
      archive_write_set_bytes_per_block(a, 0) == ARCHIVE_OK &&
      archive_write_open(a, &tar, nullptr, add_to_text, nullptr) == ARCHIVE_OK &&
      archive_write_header(a, entry.get()) == ARCHIVE_OK &&
      archive_write_data(a, content.data(), content.size()) == static_cast<la_ssize_t>(content.size()) &&
      archive_write_finish_entry(a) == ARCHIVE_OK;
  if (!done) words = words_of(a);
  archive_write_fail(a);  // or closing it would add the mark at the end
  return done;
}

la_ssize_t hand_on(archive*, void* write, const void* data, std::size_t size) {
  return (*static_cast<const WriteBytes*>(write))(data, size) ? static_cast<la_ssize_t>(size) : -1;
}

bool set_packing(archive* a, Packing packing) {
  if (packing == Packing::kZstd) return archive_write_add_filter_zstd(a) == ARCHIVE_OK;
  // Without the time of packing in its header.
  return archive_write_add_filter_gzip(a) == ARCHIVE_OK &&
         archive_write_set_filter_option(a, "gzip", "timestamp", nullptr) == ARCHIVE_OK;
}

bool pack(Packing packing, const ReadBytes& read, const WriteBytes& write, std::string& words) {
  const Writing writing(archive_write_new(), archive_write_free);
  archive* const a = writing.get();
  if (a == nullptr) throw std::bad_alloc();
  Entry entry = file_entry("tar", 0);
  archive_entry_unset_size(entry.get());
  bool done =
      archive_write_set_format_raw(a) == ARCHIVE_OK && set_packing(a, packing) &&
      archive_write_set_bytes_in_last_block(a, 1) == ARCHIVE_OK &&
      archive_write_open(a, const_cast<WriteBytes*>(&write), nullptr, hand_on, nullptr) == ARCHIVE_OK &&
      archive_write_header(a, entry.get()) == ARCHIVE_OK;
  const void* data = nullptr;
  std::ptrdiff_t count = 0;
  while (done && (count = read(&data)) > 0)
    done = archive_write_data(a, data, static_cast<std::size_t>(count)) == count;
  done = done && count == 0 && archive_write_close(a) == ARCHIVE_OK;
  if (!done) {
    words = words_of(a);
    archive_write_fail(a);
  }
  return done;
}

}  // namespace
}  // namespace relprompt::tar

extern "C" RELPROMPT_API const relprompt::tar::TarTable* relprompt_tar() {
  static const relprompt::tar::TarTable table = {RELPROMPT_VERSION, relprompt::tar::open,
                                                 relprompt::tar::append, relprompt::tar::pack};
  return &table;
}
