// Field offsets below are those of PKWARE's APPNOTE 6.3. A strict reader: what several tools would read
// differently (two directories, entries that share bytes, a local name that differs) is refused.
#include "archive/zip_directory.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "archive/little_endian.h"
#include "archive/quote.h"
#include "base/checked.h"

namespace relprompt::archive {
namespace {

constexpr std::uint32_t kLocalSignature = 0x04034b50;
constexpr std::uint32_t kCentralSignature = 0x02014b50;
constexpr std::uint32_t kEndSignature = 0x06054b50;
constexpr std::uint32_t kEnd64Signature = 0x06064b50;
constexpr std::uint32_t kLocator64Signature = 0x07064b50;
constexpr std::uint64_t kLocalBytes = 30;
constexpr std::uint64_t kCentralBytes = 46;
constexpr std::uint64_t kEndBytes = 22;
constexpr std::uint64_t kEnd64Bytes = 56;
constexpr std::uint64_t kLocator64Bytes = 20;
constexpr std::uint64_t kMaxComment = 0xFFFF;
constexpr std::uint16_t kZip64Extra = 0x0001;
constexpr std::uint32_t kIn64 = 0xFFFFFFFF;  // "the value stands in the zip64 field"

class DirectoryReader {
 public:
  DirectoryReader(const std::byte* data, std::size_t size, const std::string& source)
      : data_(data), size_(size), source_(source) {}

  std::vector<ZipEntry> read() {
    find_directory();
    std::vector<ZipEntry> entries;
    std::uint64_t at = begin_;
    for (std::uint64_t i = 0; i < count_; ++i) {
      entries.push_back(read_entry(at));
      find_data(entries.back());
    }
    if (at != end_) damaged("the directory's size and its number of entries disagree");
    check_apart(entries);
    std::sort(entries.begin(), entries.end(),
              [](const ZipEntry& a, const ZipEntry& b) { return a.name < b.name; });
    for (std::size_t i = 1; i < entries.size(); ++i) {
      if (entries[i].name != entries[i - 1].name) continue;
      throw Error(ErrorCode::kDuplicateName,
                  fmt::format("{}: two zip entries {}", source_, quote(entries[i].name)));
    }
    return entries;
  }

 private:
  [[noreturn]] void damaged(const std::string& what) const {
    throw Error(ErrorCode::kBadZip, fmt::format("{}: damaged zip file: {}", source_, what),
                "fetch the file again or re-save it with PyTorch");
  }

  bool inside(std::uint64_t at, std::uint64_t bytes) const { return at <= size_ && bytes <= size_ - at; }

  template <class Number>
  Number load(std::uint64_t at) const {
    if (!inside(at, sizeof(Number))) damaged(fmt::format("a field at byte {} is outside the file", at));
    return load_little<Number>(data_ + at);
  }

  std::string_view text(std::uint64_t at, std::uint64_t bytes) const {
    if (!inside(at, bytes)) damaged(fmt::format("a name at byte {} is outside the file", at));
    return {reinterpret_cast<const char*>(data_) + at, static_cast<std::size_t>(bytes)};
  }

  // The end record stands last, before a comment of its own declared length.
  std::optional<std::uint64_t> find_end() const {
    for (std::uint64_t comment = 0; comment <= kMaxComment && comment + kEndBytes <= size_; ++comment) {
      const std::uint64_t at = size_ - kEndBytes - comment;
      if (load<std::uint32_t>(at) == kEndSignature && load<std::uint16_t>(at + 20) == comment) return at;
    }
    return std::nullopt;
  }

  void find_directory() {
    const auto found = find_end();
    if (!found) {
      throw Error(ErrorCode::kTruncatedArchive,
                  fmt::format("{}: the zip file's directory, which stands at its end, is missing", source_),
                  "the download or copy is probably incomplete; fetch the file again");
    }
    std::uint64_t end = *found;
    if (load<std::uint16_t>(end + 4) != load<std::uint16_t>(end + 6))
      damaged("it is split over several disks");
    count_ = load<std::uint16_t>(end + 10);
    std::uint64_t bytes = load<std::uint32_t>(end + 12);
    begin_ = load<std::uint32_t>(end + 16);
    const bool in_64 = count_ == 0xFFFF || bytes == kIn64 || begin_ == kIn64;
    if (in_64 && end >= kLocator64Bytes &&
        load<std::uint32_t>(end - kLocator64Bytes) == kLocator64Signature) {
      end = load<std::uint64_t>(end - kLocator64Bytes + 8);
      if (!inside(end, kEnd64Bytes) || load<std::uint32_t>(end) != kEnd64Signature) {
        damaged("the zip64 end record is missing");
      }
      count_ = load<std::uint64_t>(end + 32);
      bytes = load<std::uint64_t>(end + 40);
      begin_ = load<std::uint64_t>(end + 48);
    }
    const auto past = checked_add(begin_, bytes);
    if (!past || *past > end) damaged("its directory lies outside the file");
    end_ = *past;
    if (count_ > bytes / kCentralBytes) damaged(fmt::format("{} entries do not fit its directory", count_));
  }

  ZipEntry read_entry(std::uint64_t& at) const {
    if (!inside(at, kCentralBytes) || load<std::uint32_t>(at) != kCentralSignature) {
      damaged(fmt::format("no directory entry at byte {}", at));
    }
    const std::uint64_t name_bytes = load<std::uint16_t>(at + 28);
    const std::uint64_t extra_bytes = load<std::uint16_t>(at + 30);
    const std::uint64_t comment_bytes = load<std::uint16_t>(at + 32);
    ZipEntry entry;
    entry.name = text(at + kCentralBytes, name_bytes);
    if ((load<std::uint16_t>(at + 8) & 1U) != 0)
      damaged(fmt::format("entry {} is encrypted", quote(entry.name)));
    const auto method = load<std::uint16_t>(at + 10);
    if (method != 0 && method != 8) {
      damaged(fmt::format("entry {} is compressed by method {}; only stored (0) and deflated (8) are read",
                          quote(entry.name), method));
    }
    entry.deflated = method == 8;
    entry.crc = load<std::uint32_t>(at + 16);
    entry.packed_size = load<std::uint32_t>(at + 20);
    entry.size = load<std::uint32_t>(at + 24);
    entry.header = load<std::uint32_t>(at + 42);
    read_zip64(entry, at + kCentralBytes + name_bytes, extra_bytes);
    if (!entry.deflated && entry.size != entry.packed_size) {
      damaged(fmt::format("stored entry {} has two sizes, {} and {}", quote(entry.name), entry.size,
                          entry.packed_size));
    }
    at += kCentralBytes + name_bytes + extra_bytes + comment_bytes;
    return entry;
  }

  // The zip64 field holds, in this order, only those values that did not fit their 32 bits.
  void read_zip64(ZipEntry& entry, std::uint64_t at, std::uint64_t bytes) const {
    const std::uint64_t end = at + bytes;
    while (at + 4 <= end) {
      const auto kind = load<std::uint16_t>(at);
      const std::uint64_t field_end = at + 4 + load<std::uint16_t>(at + 2);
      if (field_end > end) damaged(fmt::format("an extra field of entry {} is too long", quote(entry.name)));
      at += 4;
      for (std::uint64_t* value : {&entry.size, &entry.packed_size, &entry.header}) {
        if (kind != kZip64Extra || *value != kIn64) continue;
        if (at + 8 > field_end)
          damaged(fmt::format("the zip64 field of entry {} is too short", quote(entry.name)));
        *value = load<std::uint64_t>(at);
        at += 8;
      }
      at = field_end;
    }
  }

  void find_data(ZipEntry& entry) const {
    if (!inside(entry.header, kLocalBytes)) {
      throw Error(ErrorCode::kBadOffsets, fmt::format("{}: zip entry {} begins at byte {}, outside the file",
                                                      source_, quote(entry.name), entry.header));
    }
    const std::uint64_t name_bytes = load<std::uint16_t>(entry.header + 26);
    const std::uint64_t extra_bytes = load<std::uint16_t>(entry.header + 28);
    if (load<std::uint32_t>(entry.header) != kLocalSignature ||
        text(entry.header + kLocalBytes, name_bytes) != entry.name) {
      damaged(fmt::format("entry {} and its local header disagree", quote(entry.name)));
    }
    entry.data = entry.header + kLocalBytes + name_bytes + extra_bytes;
    if (entry.data > begin_ || entry.packed_size > begin_ - entry.data) {
      throw Error(ErrorCode::kBadOffsets,
                  fmt::format("{}: zip entry {} claims {} bytes from {} on, but the entries end at {}",
                              source_, quote(entry.name), entry.packed_size, entry.data, begin_));
    }
  }

  // Entries that share bytes are how a small file inflates to a huge one without nesting.
  void check_apart(std::vector<ZipEntry>& entries) const {
    std::sort(entries.begin(), entries.end(),
              [](const ZipEntry& a, const ZipEntry& b) { return a.header < b.header; });
    for (std::size_t i = 1; i < entries.size(); ++i) {
      if (entries[i - 1].data + entries[i - 1].packed_size <= entries[i].header) continue;
      if (entries[i - 1].name == entries[i].name) continue;  // reported as a duplicate
      throw Error(ErrorCode::kOverlap, fmt::format("{}: zip entries {} and {} share bytes", source_,
                                                   quote(entries[i - 1].name), quote(entries[i].name)));
    }
  }

  const std::byte* data_;
  std::uint64_t size_;
  const std::string& source_;
  std::uint64_t begin_ = 0;  // of the directory
  std::uint64_t end_ = 0;
  std::uint64_t count_ = 0;
};

}  // namespace

std::vector<ZipEntry> read_zip_directory(const std::byte* data, std::size_t size, const std::string& source) {
  return DirectoryReader(data, size, source).read();
}

}  // namespace relprompt::archive
