// The zip container: what PyTorch and other tools write, and files made to hurt.
#include "archive/zip_file.h"

#include <cstring>

#include <gtest/gtest.h>

#include "look_at.h"
#include "test_support.h"
#include "zip_writer.h"

namespace relprompt::archive {
namespace {

using test::as_bytes;
using test::make_zip;
using test::ZipMember;

ZipMember member(const std::string& name, const std::string& content, bool deflate = false) {
  ZipMember made;
  made.name = name;
  made.content = content;
  made.deflate = deflate;
  return made;
}

std::string content_of(ZipFile& zip, const std::string& name) {
  const auto bytes = zip.read(*zip.find(name));
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void expect_refused(const std::string& file, ErrorCode code, const std::string& fragment) {
  EXPECT_ERROR(ZipFile(as_bytes(file), file.size(), "bad.zip"), code, fragment);
}

void expect_unreadable(const ZipMember& entry, ErrorCode code, const std::string& fragment) {
  const std::string file = make_zip({entry});
  ZipFile zip(as_bytes(file), file.size(), "bad.zip");
  EXPECT_ERROR(zip.read(zip.entries()[0]), code, fragment);
}

class ZipFileKinds : public testing::TestWithParam<bool> {};

TEST_P(ZipFileKinds, ReadsStoredAndDeflatedEntries) {
  const std::string long_text(100'000, 'x');
  const std::string file = make_zip(
      {member("b/long", long_text, true), member("a", "stored"), member("c", ""), member("d", "", true)},
      GetParam());
  ZipFile zip(as_bytes(file), file.size(), "x.zip");
  ASSERT_EQ(zip.entries().size(), 4u);
  EXPECT_EQ(zip.entries()[0].name, "a");
  EXPECT_EQ(content_of(zip, "a"), "stored");
  EXPECT_EQ(content_of(zip, "b/long"), long_text);
  EXPECT_EQ(content_of(zip, "c"), "");
  EXPECT_EQ(content_of(zip, "d"), "");
  EXPECT_EQ(zip.find("e"), nullptr);
  EXPECT_EQ(std::memcmp(zip.packed(*zip.find("a")), "stored", 6), 0);
}

INSTANTIATE_TEST_SUITE_P(Both, ZipFileKinds, testing::Bool(),
                         [](const auto& kind) { return kind.param ? "Zip64" : "Zip"; });

TEST(ZipFile, ACommentAtTheEndIsLegal) {
  std::string file = make_zip({member("a", "1")});
  file[file.size() - 2] = 5;
  file += "hello";
  EXPECT_EQ(ZipFile(as_bytes(file), file.size(), "x").entries().size(), 1u);
}

TEST(ZipFile, RefusesTruncatedFiles) {
  const std::string file = make_zip({member("a", "1")});
  expect_refused(file.substr(0, file.size() - 1), ErrorCode::kTruncatedArchive, "directory");
  expect_refused("PK\x03\x04", ErrorCode::kTruncatedArchive, "bad.zip");
  expect_refused("", ErrorCode::kTruncatedArchive, "directory");
}

TEST(ZipFile, RefusesADirectoryThatLies) {
  const std::string good = make_zip({member("a", "1")});
  const std::size_t end = good.size() - 22;
  const auto with = [&](std::size_t at, char value) {
    std::string file = good;
    file[at] = value;
    return file;
  };
  expect_refused(with(end + 10, 2), ErrorCode::kBadZip, "2 entries do not fit");
  expect_refused(with(end + 10, 0), ErrorCode::kBadZip, "disagree");
  expect_refused(with(end + 12, 127), ErrorCode::kBadZip, "outside the file");
  expect_refused(with(end + 4, 1), ErrorCode::kBadZip, "several disks");
  expect_refused(with(end + 16, 0), ErrorCode::kBadZip, "no directory entry");
  expect_refused(with(0, 'X'), ErrorCode::kBadZip, "local header disagree");
}

TEST(ZipFile, RefusesADamagedZip64Record) {
  const std::string good = make_zip({member("a", "1")}, true);
  std::string no_record = good;
  no_record[good.size() - 22 - 20 - 56] = 'X';
  expect_refused(no_record, ErrorCode::kBadZip, "zip64 end record");
  std::string far_away = good;
  far_away[good.size() - 22 - 20 + 15] = '\x7F';
  expect_refused(far_away, ErrorCode::kBadZip, "zip64 end record");
}

TEST(ZipFile, RefusesEncryptedAndUnknownMethods) {
  ZipMember encrypted = member("secret", "1");
  encrypted.flags |= 1;
  expect_refused(make_zip({encrypted}), ErrorCode::kBadZip, "encrypted");
  ZipMember bzip2 = member("b", "1");
  bzip2.method = 12;
  expect_refused(make_zip({bzip2}), ErrorCode::kBadZip, "method 12");
}

TEST(ZipFile, RefusesNamesThatDiffer) {
  ZipMember two_faced = member("a", "1");
  two_faced.local_name = "b";
  expect_refused(make_zip({two_faced}), ErrorCode::kBadZip, "disagree");
}

TEST(ZipFile, RefusesDuplicateNames) {
  expect_refused(make_zip({member("a", "1"), member("a", "2")}), ErrorCode::kDuplicateName, "\"a\"");
}

TEST(ZipFile, RefusesEntriesOutsideTheFile) {
  ZipMember long_entry = member("a", "1");
  long_entry.size = long_entry.packed_size = 1000;
  expect_refused(make_zip({long_entry}), ErrorCode::kBadOffsets, "1000 bytes");
  ZipMember far_entry = member("a", "1");
  far_entry.header = 0xFFFFFFFFFFFF;
  expect_refused(make_zip({far_entry}, true), ErrorCode::kBadOffsets, "outside the file");
  ZipMember huge_entry = member("a", "1");
  huge_entry.size = huge_entry.packed_size = UINT64_MAX;
  expect_refused(make_zip({huge_entry}, true), ErrorCode::kBadOffsets, "\"a\"");
}

TEST(ZipFile, RefusesEntriesThatShareBytes) {
  // The first entry claims all bytes up to the directory, and so the second entry as well.
  ZipMember greedy = member("a", "1111");
  greedy.size = greedy.packed_size = 20;
  expect_refused(make_zip({greedy, member("b", "2222")}), ErrorCode::kOverlap, "share bytes");
}

TEST(ZipFile, RefusesAStoredEntryOfTwoSizes) {
  ZipMember odd = member("a", "1234");
  odd.size = 3;
  expect_refused(make_zip({odd}), ErrorCode::kBadZip, "two sizes");
}

TEST(ZipFile, RefusesDamagedContent) {
  ZipMember wrong_crc = member("a", "1234");
  wrong_crc.crc = 7;
  expect_unreadable(wrong_crc, ErrorCode::kBadZip, "CRC 00000007 expected");
  ZipMember wrong_deflated_crc = member("a", "1234", true);
  wrong_deflated_crc.crc = 7;
  expect_unreadable(wrong_deflated_crc, ErrorCode::kBadZip, "CRC");
  ZipMember no_deflate = member("a", "\xFF\xFF\xFF\xFF");
  no_deflate.method = 8;
  expect_unreadable(no_deflate, ErrorCode::kBadZip, "does not inflate");
}

TEST(ZipFile, RefusesContentOfAnotherSizeThanDeclared) {
  ZipMember more = member("a", std::string(5000, 'x'), true);
  more.size = 4999;
  expect_unreadable(more, ErrorCode::kBadZip, "does not inflate to its 4999 bytes");
  ZipMember less = member("a", std::string(5000, 'x'), true);
  less.size = 5001;
  expect_unreadable(less, ErrorCode::kBadZip, "does not inflate to its 5001 bytes");
}

TEST(ZipFile, RefusesBombs) {
  expect_unreadable(member("a", std::string(4 << 20, '\0'), true), ErrorCode::kZipBomb,
                    "more than 200 times");
  ZipMember huge = member("a", "1234", true);
  huge.size = UINT32_MAX;
  expect_unreadable(huge, ErrorCode::kZipBomb, "4294967295 read out");

  const std::string file = make_zip({member("a", "12345")});
  ZipFile zip(as_bytes(file), file.size(), "x.zip");
  EXPECT_ERROR(zip.read(*zip.find("a"), 4), ErrorCode::kZipBomb, "more than the 4 allowed");
}

TEST(ZipFile, CountsAllEntriesTogetherAgainstBombs) {
  std::vector<ZipMember> members;
  for (int i = 0; i < 100; ++i)
    members.push_back(member("e" + std::to_string(i), std::string(1 << 20, '\0'), true));
  const std::string file = make_zip(members);
  ZipFile zip(as_bytes(file), file.size(), "x.zip");
  // 100 kB inflate to 100 MB, each entry below the size at which its own ratio counts.
  const auto read_all = [&] {
    for (const ZipEntry& entry : zip.entries()) zip.read(entry);
  };
  EXPECT_ERROR(read_all(), ErrorCode::kZipBomb, "with those before it");
}

}  // namespace
}  // namespace relprompt::archive
