// The writer behind the hand-made files; field order as in PKWARE's APPNOTE.
#include "zip_writer.h"

#include <zlib.h>

namespace relprompt::test {
namespace {

template <class Number>
void put(std::string& bytes, Number value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

std::string deflated(const std::string& content) {
  z_stream stream{};
  deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string packed(deflateBound(&stream, content.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

void put_local(std::string& file, const ZipMember& member) {
  const std::string& name = member.local_name.empty() ? member.name : member.local_name;
  put<std::uint32_t>(file, 0x04034b50);
  put<std::uint16_t>(file, 20);
  put<std::uint16_t>(file, member.flags);
  put<std::uint16_t>(file, member.deflate ? 8 : 0);
  for (int i = 0; i < 4; ++i) put<std::uint32_t>(file, 0);  // time, CRC and both sizes
  put<std::uint16_t>(file, static_cast<std::uint16_t>(name.size()));
  put<std::uint16_t>(file, 5);
  file += name;
  file += std::string("FB\x01\x00Z", 5);  // a padding field, as PyTorch writes for alignment
}

void put_central(std::string& directory, const ZipMember& member, std::uint64_t packed, std::uint64_t header,
                 bool zip64) {
  const auto crc = crc32(0, reinterpret_cast<const Bytef*>(member.content.data()),
                         static_cast<uInt>(member.content.size()));
  const std::uint64_t values[3] = {member.size.value_or(member.content.size()),
                                   member.packed_size.value_or(packed), member.header.value_or(header)};
  put<std::uint32_t>(directory, 0x02014b50);
  put<std::uint16_t>(directory, 45);
  put<std::uint16_t>(directory, 45);
  put<std::uint16_t>(directory, member.flags);
  put<std::uint16_t>(directory, member.method.value_or(member.deflate ? 8 : 0));
  put<std::uint32_t>(directory, 0);
  put<std::uint32_t>(directory, member.crc.value_or(static_cast<std::uint32_t>(crc)));
  put<std::uint32_t>(directory, zip64 ? 0xFFFFFFFF : static_cast<std::uint32_t>(values[1]));
  put<std::uint32_t>(directory, zip64 ? 0xFFFFFFFF : static_cast<std::uint32_t>(values[0]));
  put<std::uint16_t>(directory, static_cast<std::uint16_t>(member.name.size()));
  put<std::uint16_t>(directory, zip64 ? 28 : 0);
  put<std::uint16_t>(directory, 0);
  put<std::uint16_t>(directory, 0);
  put<std::uint16_t>(directory, 0);
  put<std::uint32_t>(directory, 0);
  put<std::uint32_t>(directory, zip64 ? 0xFFFFFFFF : static_cast<std::uint32_t>(values[2]));
  directory += member.name;
  if (!zip64) return;
  put<std::uint16_t>(directory, 1);
  put<std::uint16_t>(directory, 24);
  for (const std::uint64_t value : values) put(directory, value);
}

void put_end64(std::string& file, std::uint64_t count, std::uint64_t bytes, std::uint64_t begin) {
  const std::uint64_t at = file.size();
  put<std::uint32_t>(file, 0x06064b50);
  put<std::uint64_t>(file, 44);
  put<std::uint32_t>(file, 45 | 45 << 16);
  put<std::uint64_t>(file, 0);
  put(file, count);
  put(file, count);
  put(file, bytes);
  put(file, begin);
  put<std::uint32_t>(file, 0x07064b50);
  put<std::uint32_t>(file, 0);
  put(file, at);
  put<std::uint32_t>(file, 1);
}

}  // namespace

std::string make_zip(const std::vector<ZipMember>& members, bool zip64) {
  std::string file;
  std::string directory;
  for (const ZipMember& member : members) {
    const std::string packed = member.deflate ? deflated(member.content) : member.content;
    const std::uint64_t header = file.size();
    put_local(file, member);
    file += packed;
    put_central(directory, member, packed.size(), header, zip64);
  }
  const std::uint64_t begin = file.size();
  file += directory;
  if (zip64) put_end64(file, members.size(), directory.size(), begin);
  const auto count = static_cast<std::uint16_t>(zip64 ? 0xFFFF : members.size());
  put<std::uint32_t>(file, 0x06054b50);
  put<std::uint32_t>(file, 0);
  put(file, count);
  put(file, count);
  put<std::uint32_t>(file, zip64 ? 0xFFFFFFFF : static_cast<std::uint32_t>(directory.size()));
  put<std::uint32_t>(file, zip64 ? 0xFFFFFFFF : static_cast<std::uint32_t>(begin));
  put<std::uint16_t>(file, 0);
  return file;
}

}  // namespace relprompt::test
