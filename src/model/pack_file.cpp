// The file: Header, then three texts (origin), each as its length in decimal, ':' and the text; blocks, each
// from a multiple of 64 bytes; then the table of PackBlock.
#include "model/pack_file.h"

#include <cerrno>
#include <charconv>
#include <cstring>
#include <string_view>
#include <type_traits>

#include <unistd.h>
#include <xxhash.h>

#include "relprompt/error.h"

#include "base/bus_error.h"

namespace relprompt::model {
namespace {

constexpr std::uint64_t kAlignment = 64;
constexpr std::uint32_t kVersion = 1;

struct Header {
  char magic[16] = {'r', 'e', 'l', 'p', 'r', 'o', 'm', 'p', 't', ' ', 'p', 'a', 'c', 'k', '\n', '\0'};
  std::uint32_t version = kVersion;
  std::uint32_t blocks = 0;
  std::uint64_t text_bytes = 0, table_offset = 0, file_bytes = 0;
  std::uint64_t reserved = 0;
  std::uint64_t check = 0;  ///< XXH3 of the header with 0 here, the texts and the table
};
static_assert(sizeof(Header) == kAlignment && std::is_trivially_copyable_v<Header>);
static_assert(sizeof(PackBlock) == 24 && std::is_trivially_copyable_v<PackBlock>);

std::uint64_t check_of(Header header, const void* text, const void* table) {
  header.check = 0;
  std::string bytes(reinterpret_cast<const char*>(&header), sizeof header);
  bytes.append(static_cast<const char*>(text), header.text_bytes);
  bytes.append(static_cast<const char*>(table), header.blocks * sizeof(PackBlock));
  return XXH3_64bits(bytes.data(), bytes.size());
}

/// Takes "LENGTH:TEXT" from the front; false if there is none.
bool take(std::string_view& from, std::string& text) {
  std::size_t length = 0;
  const auto [end, error] = std::from_chars(from.data(), from.data() + from.size(), length);
  const auto used = static_cast<std::size_t>(end - from.data()) + 1;
  if (error != std::errc() || used > from.size() || *end != ':' || length > from.size() - used) return false;
  text = from.substr(used, length);
  from.remove_prefix(used + length);
  return true;
}

}  // namespace

PackWriter::PackWriter(const FileHandle& file, const PackOrigin& origin) : file_(file) {
  for (const auto* text : {&origin.parameters, &origin.sources, &origin.content}) {
    text_ += std::to_string(text->size()) + ":" + *text;
  }
  // Zeros in the header's place: until finish() this is no pack.
  append(std::string(sizeof(Header), '\0').data(), sizeof(Header));
  append(text_.data(), text_.size());
}

void PackWriter::append(const void* data, std::size_t size) {
  if (whole_ && !write_all(file_.number(), {static_cast<const char*>(data), size})) {
    whole_ = false;
    problem_ = errno;
  }
  end_ += size;
}

kernels::PackArchive::Block PackWriter::block(const Block& own, std::int64_t size) {
  if (own.size != size)
    throw Error(ErrorCode::kInternal, "packed weights of another size than their layout says");
  static const char kZeros[kAlignment] = {};
  append(kZeros, (kAlignment - end_ % kAlignment) % kAlignment);
  const auto bytes = static_cast<std::uint64_t>(size);
  blocks_.push_back({end_, bytes, XXH3_64bits(own.data, bytes)});
  append(own.data, bytes);
  return own;
}

bool PackWriter::finish() {
  Header header;
  header.blocks = static_cast<std::uint32_t>(blocks_.size());
  header.text_bytes = text_.size();
  header.table_offset = end_;
  append(blocks_.data(), blocks_.size() * sizeof(PackBlock));
  header.file_bytes = end_;
  header.check = check_of(header, text_.data(), blocks_.data());
  const bool done = whole_ && ::lseek(file_.number(), 0, SEEK_SET) == 0 &&
                    write_all(file_.number(), {reinterpret_cast<const char*>(&header), sizeof header});
  if (!whole_) errno = problem_;
  return done;
}

std::shared_ptr<const PackFile> PackFile::open(const FileHandle& file, const std::filesystem::path& path,
                                               std::string& problem) {
  const std::shared_ptr<PackFile> pack(new PackFile(file, path));
  if (!pack->read_header(problem)) return nullptr;
  if (pack->blocks_are_whole()) return pack;
  problem = "it is damaged";
  return nullptr;
}

bool PackFile::read_header(std::string& problem) {
  const std::uint64_t size = file_.size();
  Header header;
  const Header wanted;
  problem = "it is no file of packed weights";
  if (size < sizeof header) return false;
  std::memcpy(&header, data(), sizeof header);
  if (std::memcmp(header.magic, wanted.magic, sizeof header.magic) != 0) return false;
  problem = "it is of another version of relprompt";
  if (header.version != kVersion) return false;
  problem = "it is damaged";
  const std::uint64_t table_bytes = std::uint64_t{header.blocks} * sizeof(PackBlock);
  if (header.file_bytes != size || header.text_bytes > size - sizeof header || header.table_offset > size ||
      table_bytes != size - header.table_offset || sizeof header + header.text_bytes > header.table_offset) {
    return false;
  }
  const auto *text = data() + sizeof header, *table = data() + header.table_offset;
  if (check_of(header, text, table) != header.check) return false;
  blocks_.resize(header.blocks);
  if (table_bytes > 0) std::memcpy(blocks_.data(), table, table_bytes);
  for (const auto& block : blocks_) {
    const bool inside = block.offset % kAlignment == 0 && block.offset <= header.table_offset &&
                        block.bytes <= header.table_offset - block.offset;
    if (!inside) return false;
  }
  std::string_view texts(reinterpret_cast<const char*>(text), header.text_bytes);
  return take(texts, origin_.parameters) && take(texts, origin_.sources) && take(texts, origin_.content);
}

bool PackFile::blocks_are_whole() const {
  bool whole = true;
  constexpr std::size_t kWorthThreads = std::size_t{1} << 20;
#pragma omp parallel if (file_.size() > kWorthThreads) reduction(&& : whole)
  {
    use_own_signal_stack();  // from now on these threads read mapped weights
#pragma omp for schedule(dynamic)
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
      const auto& block = blocks_[i];
      whole = whole && XXH3_64bits(data() + block.offset, block.bytes) == block.check;
    }
  }
  return whole;
}

kernels::PackArchive::Block PackReader::block(const Block& /*own*/, std::int64_t size) {
  const auto& blocks = file_->blocks();
  if (next_ >= blocks.size() || blocks[next_].bytes != static_cast<std::uint64_t>(size)) {
    throw Error(ErrorCode::kInternal, "packed weights of another size than their layout says");
  }
  return {file_->data() + blocks[next_++].offset, size, file_};
}

}  // namespace relprompt::model
